import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../src/base/reading.ts';
import { judgeManaged, judgeMetadata } from '../../src/wait/local-verdicts.ts';

const known = (value: string): Reading<string> => ({ kind: 'known', value, where: 'key' });
const absent: Reading<never> = { kind: 'absent', why: 'there is no key' };
const unknown: Reading<never> = { kind: 'unknown', why: 'only root may read xenstore' };

describe('the automation status in xenstore', () => {
  it.each(['DEPLOYED', 'FAILED', 'UNPROCESSABLE'])('%s is an end, and says who said so', (status) => {
    expect(judgeMetadata(known(status))).toEqual({
      kind: 'done',
      value: { status, tasks: [], source: 'xenstore' },
    });
  });

  it('keeps the reason of UNPROCESSABLE', () => {
    expect(judgeMetadata(known('UNPROCESSABLE'), known('region does not match'))).toMatchObject({
      value: { reason: 'region does not match' },
    });
    expect(judgeMetadata(known('UNPROCESSABLE'), absent)).not.toHaveProperty('value.reason');
  });

  it.each(['DEPLOYING', 'PAUSED'])('%s is not', (status) => {
    expect(judgeMetadata(known(status))).toEqual({
      kind: 'not-yet',
      why: `xenstore says ${status}`,
      seen: { status, tasks: [] },
    });
  });

  it('that is not there is "not yet", and that cannot be read is an error', () => {
    expect(judgeMetadata(absent)).toEqual({ kind: 'not-yet', why: 'xenstore has no automation status yet' });
    expect(judgeMetadata(unknown)).toEqual({
      kind: 'error',
      refused: false,
      why: 'xenstore: only root may read xenstore',
    });
  });

  it('is never an end unless it is one of the three words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const verdict = judgeMetadata(known(text));
        const word = text.trim().toUpperCase();
        if (!['DEPLOYED', 'FAILED', 'UNPROCESSABLE'].some((end) => word.includes(end)))
          expect(verdict.kind).not.toBe('done');
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the second automation', () => {
  const here: Reading<true> = { kind: 'known', value: true, where: '/tmp/x' };

  it.each([
    ['Complete', true],
    ['Build Error', false],
    ['Authentication Error', false],
  ])('has ended by "%s"', (status, ok) => {
    expect(judgeManaged(known(status), absent)).toEqual({ kind: 'done', value: { ok, status } });
  });

  it.each(['Pending', 'In Progress', 'Paused'])('is at work by "%s", whatever an old file says', (status) => {
    expect(judgeManaged(known(status), here)).toMatchObject({
      kind: 'not-yet',
      why: expect.stringContaining(`"${status}"`),
    });
  });

  it.each([absent, unknown])('has ended by the file where the key says nothing: %o', (key) => {
    expect(judgeManaged(key, here)).toEqual({ kind: 'done', value: { ok: true, status: 'Complete' } });
  });

  it('is waited for while neither is there', () => {
    expect(judgeManaged(absent, absent)).toMatchObject({ kind: 'not-yet' });
    expect(judgeManaged(unknown, absent)).toMatchObject({ kind: 'not-yet' });
  });

  it('says why a file that is there is not believed', () => {
    const distrusted: Reading<true> = { kind: 'unknown', why: '/tmp/x exists, but is not trusted' };
    expect(judgeManaged(absent, distrusted)).toMatchObject({ kind: 'not-yet', why: distrusted.why });
    expect(judgeManaged(unknown, distrusted)).toMatchObject({ kind: 'error', refused: false });
  });

  it('never succeeds by a word but one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const verdict = judgeManaged(known(text), here);
        const isComplete = text.trim().toLowerCase() === 'complete';
        expect(verdict.kind === 'done' && verdict.value.ok).toBe(isComplete);
      }),
    );
  });
});
