import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calm, longestRetryAfterMs, nextBackoff } from '../../src/pace/backoff.ts';
import { isPossibleAnswer, isPossibleBackoff, isPossibleSlot } from '../../src/pace/possible.ts';
import { openSlot, settledSlot } from '../../src/pace/window.ts';

const now = 1_000_000;
const timeout = 10_000;

describe('what rc-wait writes can be', () => {
  it('each slot, until it no longer counts', () => {
    const open = openSlot('k', now, timeout);
    const settled = settledSlot({ key: 'k', takenMs: now - 5, nowMs: now });
    for (const slot of [open, settled])
      for (const later of [0, 1, 70_000, 1e9]) expect(isPossibleSlot(slot, now + later, timeout)).toBe(true);
  });

  it('each backoff, after whatever answers', () => {
    const signal = fc.oneof(
      fc.constant({ kind: 'answered' as const }),
      fc.record({
        kind: fc.constantFrom('refused' as const, 'failed' as const),
        retryAfterMs: fc.nat(10 ** 9),
      }),
      fc.record({ kind: fc.constantFrom('refused' as const, 'failed' as const) }),
    );
    fc.assert(
      fc.property(fc.array(signal), fc.double({ min: 0, max: 1, noNaN: true }), (signals, random) => {
        let backoff = calm(2_240);
        let at = now;
        for (const one of signals) {
          backoff = nextBackoff(backoff, one, at, 2_240, () => random);
          expect(isPossibleBackoff(backoff, at)).toBe(true);
          at += 50;
        }
      }),
    );
  });
});

describe('what it never writes cannot', () => {
  const slot = openSlot('k', now, timeout);
  it.each([
    ['taken later than now', { takenMs: now + 1 }],
    ['taken before the boot', { takenMs: -1 }],
    ['of no time at all', { takenMs: Number.NaN }],
    ['that counts for less than a minute', { countsUntilMs: now + 59_999 }],
    ['that counts for ever', { countsUntilMs: 9e15 }],
    ['that is awaited for ever', { openUntilMs: 9e15 }],
    ['that was given up before it was taken', { openUntilMs: now - 1 }],
  ])('a slot %s', (_, more) => {
    expect(isPossibleSlot({ ...slot, ...more }, now, timeout)).toBe(false);
  });

  it('an answer to what was asked later than now', () => {
    expect(isPossibleAnswer({ askedMs: now }, now)).toBe(true);
    expect(isPossibleAnswer({ askedMs: now + 1 }, now)).toBe(false);
    expect(isPossibleAnswer({ askedMs: Number.NaN }, now)).toBe(false);
  });

  it.each([
    { notBeforeMs: now + longestRetryAfterMs + 1 },
    { paceMs: 60_001 },
    { paceMs: -1 },
    { refusalLevel: 9 },
    { refusals: -1 },
    { failures: 0.5 },
  ])('a backoff with %o', (more) => {
    expect(isPossibleBackoff({ ...calm(2_240), ...more }, now)).toBe(false);
  });
});
