import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reply } from '../../src/http/types.ts';
import { readRecord, recordOf } from '../../src/rackconnect/record.ts';

const status = fc.integer({ min: 100, max: 999 });
const retry = { retryAfterMs: fc.nat() };
const text = fc.string({ unit: 'binary' });
const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ kind: fc.constant('ok' as const), contentType: text, body: text }),
  fc.constant({ kind: 'absent' as const }),
  fc.record({ kind: fc.constant('refused' as const), ...retry }, { requiredKeys: ['kind'] }),
  fc.record(
    { kind: fc.constant('failing' as const), status, ...retry },
    { requiredKeys: ['kind', 'status'] },
  ),
  fc.record(
    { kind: fc.constant('unexpected' as const), status, location: text, reason: text },
    { requiredKeys: ['kind', 'status'] },
  ),
  fc.record({ kind: fc.constant('unreachable' as const), code: text, reason: text }),
);

test('any reply comes back from the ledger as it went in', () => {
  fc.assert(
    fc.property(reply, (what) => {
      expect(readRecord(recordOf(what))).toEqual(what);
    }),
    { numRuns: 10_000 },
  );
});

test('a record that is none is a failed attempt, never a crash', () => {
  const broken = {
    kind: 'unreachable',
    code: 'RECORD',
    reason: 'the answer stored by another process cannot be read',
  };
  for (const record of [
    '',
    '{',
    'null',
    '[]',
    '{"kind":"ok"}',
    '{"kind":"done"}',
    '{"kind":"failing","status":"500"}',
    '{"kind":"refused","retryAfterMs":-1}',
  ]) {
    expect(readRecord(record)).toEqual(broken);
  }
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (record) => {
      expect(readRecord(record)).toEqual(broken);
    }),
  );
});

test('an answer that is mostly escapes is not kept: it would fill the memory of all that wait', () => {
  const of = (body: string) => readRecord(recordOf({ kind: 'ok', contentType: 'text/plain', body }));
  const refused = { kind: 'unexpected', status: 200, reason: 'the answer is too long to be kept' };
  expect(of('\u0001'.repeat(2 ** 20))).toEqual(refused);
  expect(of('"'.repeat(2 ** 20))).toEqual(refused);
  expect(of('\ufffd'.repeat(2 ** 20))).toEqual(refused);
  expect(of('é'.repeat(2 ** 19))).toMatchObject({ kind: 'ok' });
  expect(of('漢'.repeat(2 ** 18))).toMatchObject({ kind: 'ok' });
  expect(of('😀'.repeat(2 ** 18))).toMatchObject({ kind: 'ok' });
  expect(of('x'.repeat(2 ** 20))).toMatchObject({ kind: 'ok', body: expect.stringMatching(/^x{9}/) });
  expect(of('DEPLOYED\u0000')).toMatchObject({ kind: 'ok', body: 'DEPLOYED\u0000' });
});
