import { expect, test } from 'vitest';
import { replyTo } from '../../src/http/reply.ts';

const none = new Uint8Array();

test('a header that came twice counts once', () => {
  const headers = { 'retry-after': ['5', '900'], date: undefined };
  expect(replyTo({ status: 403, headers }, none, 0)).toEqual({ kind: 'refused', retryAfterMs: 5_000 });
});

test('headers without end are cut before they are kept', () => {
  const long = 'x'.repeat(10_000);
  expect(replyTo({ status: 301, headers: { location: long } }, none, 0)).toEqual({
    kind: 'unexpected',
    status: 301,
    location: long.slice(0, 500),
  });
  expect(replyTo({ status: 200, headers: { 'content-type': long } }, none, 0)).toEqual({
    kind: 'ok',
    contentType: long.slice(0, 200),
    body: '',
  });
});

test('an answer that says it is not compressed is taken as it is', () => {
  const headers = { 'content-encoding': ' Identity ' };
  expect(replyTo({ status: 200, headers }, Buffer.from('FAILED'), 0)).toMatchObject({
    kind: 'ok',
    body: 'FAILED',
  });
});
