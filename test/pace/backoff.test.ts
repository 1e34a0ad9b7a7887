import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Backoff,
  calm,
  longestRetryAfterMs,
  nextBackoff,
  slowestPaceMs,
} from '../../src/pace/backoff.ts';
import type { Feedback } from '../../src/pace/types.ts';

const paceMs = 2_240;
const lowest = () => 0;
const highest = () => 0.999_999;

/** The delays after each of these signals, every one of them seen as soon as the last delay is over. */
function delays(signals: readonly Feedback['kind'][], random: () => number): number[] {
  let state = calm(paceMs);
  let nowMs = 0;
  return signals.map((kind) => {
    state = nextBackoff(state, { kind }, nowMs, paceMs, random);
    const delayMs = Math.max(0, state.notBeforeMs - nowMs);
    nowMs += delayMs;
    return Math.round(delayMs);
  });
}
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('the delays', () => {
  it('after 403: from 4 s to 60 s, half of each at random', () => {
    expect(delays(times(6, 'refused'), lowest)).toEqual([4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(delays(times(6, 'refused'), highest)).toEqual([8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('after 5xx, time-outs and resets: from 1 s to 30 s, half of each at random', () => {
    expect(delays(times(7, 'failed'), lowest)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(delays(times(7, 'failed'), highest)).toEqual([
      2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('begin again after an answer', () => {
    expect(delays(['failed', 'failed', 'answered', 'failed'], lowest)).toEqual([1_000, 2_000, 0, 1_000]);
  });

  it('after 403 begin a little higher when it was refused shortly before', () => {
    const [, , , again] = delays(['refused', 'refused', 'answered', 'refused'], lowest);
    expect(again).toBeGreaterThan(8_000);
    const long = delays(['refused', 'refused', ...times(30, 'answered' as const), 'refused'], lowest);
    expect(long.at(-1)).toBe(4_000);
  });

  it.each(['refused', 'failed'] as const)('after %s are what Retry-After says, when it is sent', (kind) => {
    expect(nextBackoff(calm(paceMs), { kind, retryAfterMs: 45_000 }, 1_000, paceMs, lowest).notBeforeMs).toBe(
      46_000,
    );
  });

  it('are never longer than a quarter of an hour, whatever Retry-After says', () => {
    const { notBeforeMs } = nextBackoff(
      calm(paceMs),
      { kind: 'failed', retryAfterMs: 86_400_000 },
      0,
      paceMs,
      lowest,
    );
    expect(notBeforeMs).toBe(longestRetryAfterMs);
  });

  it('stand when an answer comes to a request that was under way before the refusal', () => {
    const refused = nextBackoff(calm(paceMs), { kind: 'refused' }, 1_000, paceMs, lowest);
    const state = nextBackoff(refused, { kind: 'answered' }, 1_500, paceMs, lowest);
    expect(state).toMatchObject({ refusals: 1, notBeforeMs: refused.notBeforeMs });
  });
});

describe('the pace', () => {
  it('halves with each refusal, down to one request a minute', () => {
    let state = calm(paceMs);
    const seen = times(7, 0).map(() => {
      state = nextBackoff(state, { kind: 'refused' }, 0, paceMs, lowest);
      return state.paceMs;
    });
    expect(seen).toEqual([4_480, 8_960, 17_920, 35_840, slowestPaceMs, slowestPaceMs, slowestPaceMs]);
  });

  it('recovers step by step with answers, down to where it was', () => {
    let state: Backoff = { ...calm(paceMs), paceMs: 4_480 };
    const seen: number[] = [];
    while (state.paceMs > paceMs) {
      state = nextBackoff(state, { kind: 'answered' }, 0, paceMs, lowest);
      seen.push(Math.round(state.paceMs));
    }
    expect(seen.slice(0, 2)).toEqual([4_166, 3_875]);
    expect(seen).toHaveLength(10);
    expect(state.paceMs).toBe(paceMs);
  });

  it('is not slowed by errors of the API', () => {
    expect(nextBackoff(calm(paceMs), { kind: 'failed' }, 0, paceMs, lowest).paceMs).toBe(paceMs);
  });

  it('and the backoff keep within their limits, whatever happens in whatever order', () => {
    const signal = fc.record({
      kind: fc.constantFrom('answered', 'refused', 'failed'),
    }) as fc.Arbitrary<Feedback>;
    fc.assert(
      fc.property(fc.array(fc.tuple(signal, fc.nat(90_000)), { maxLength: 40 }), fc.nat(), (steps, seed) => {
        let state = calm(paceMs);
        let nowMs = 0;
        for (const [one, passedMs] of steps) {
          nowMs += passedMs;
          const before = state;
          state = nextBackoff(state, one, nowMs, paceMs, () => (seed % 1_000) / 1_000);
          expect(state.paceMs).toBeGreaterThanOrEqual(paceMs);
          expect(state.paceMs).toBeLessThanOrEqual(slowestPaceMs);
          expect(state.notBeforeMs).toBeLessThanOrEqual(Math.max(before.notBeforeMs, nowMs + 60_000));
          if (one.kind !== 'answered') expect(state.notBeforeMs).toBeGreaterThanOrEqual(nowMs + 1_000);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});
