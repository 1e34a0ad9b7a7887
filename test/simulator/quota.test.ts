import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createQuotaState, takeRequest } from '../../src/simulator/quota.ts';
import type { OtherLoad, QuotaRules } from '../../src/simulator/types.ts';

const base: QuotaRules = {
  limit: 30,
  windowMs: 60_000,
  mode: 'fixed',
  phaseMs: 0,
  countRefused: false,
  countAt: 'arrival',
  retryAfterMs: undefined,
  otherLoad: undefined,
};

const otherLoad = fc.record<OtherLoad>({
  perMinute: fc.integer({ min: 0, max: 40 }),
  pattern: fc.constantFrom('even', 'burst'),
  fromMs: fc.integer({ min: 0, max: 90_000 }),
  toMs: fc.oneof(fc.integer({ min: 0, max: 200_000 }), fc.constant(Number.POSITIVE_INFINITY)),
});

const rules = fc.record<QuotaRules>({
  ...(Object.fromEntries(Object.entries(base).map(([key, value]) => [key, fc.constant(value)])) as {
    [Key in keyof QuotaRules]: fc.Arbitrary<QuotaRules[Key]>;
  }),
  limit: fc.integer({ min: 0, max: 12 }),
  windowMs: fc.constantFrom(1_000, 60_000, 70_000),
  mode: fc.constantFrom('fixed', 'sliding'),
  phaseMs: fc.integer({ min: 0, max: 80_000 }),
  countRefused: fc.boolean(),
  otherLoad: fc.option(otherLoad, { nil: undefined }),
});

/** Gaps that fall on window edges far more often than chance would have it. */
const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 9_000 }), fc.constantFrom(0, 1, 1_000, 60_000)), {
  maxLength: 80,
});

function momentsOf(gapsMs: readonly number[]): number[] {
  let nowMs = 0;
  return gapsMs.map((gapMs) => {
    nowMs += gapMs;
    return nowMs;
  });
}

/** The moments of the other load up to `untilMs`, one by one: no formula that could share a mistake. */
function otherMoments(load: OtherLoad | undefined, untilMs: number): number[] {
  if (load === undefined || load.perMinute === 0) return [];
  const moments: number[] = [];
  for (let minute = 0; minute * 60_000 <= untilMs; minute += 1) {
    for (let index = 0; index < load.perMinute; index += 1) {
      const offsetMs = load.pattern === 'even' ? (index * 60_000) / load.perMinute : 0;
      moments.push(minute * 60_000 + offsetMs);
    }
  }
  return moments.filter((ms) => ms <= untilMs && ms >= load.fromMs && ms < load.toMs);
}

/** The whole history, searched anew for each request. */
function bruteForce(quota: QuotaRules, momentsMs: readonly number[]): boolean[] {
  const history: { atMs: number; counts: boolean }[] = [];
  return momentsMs.map((nowMs) => {
    const windowOf = (ms: number) => Math.floor((ms - quota.phaseMs) / quota.windowMs);
    const inWindow = (ms: number) =>
      quota.mode === 'fixed' ? windowOf(ms) === windowOf(nowMs) : nowMs - ms < quota.windowMs;
    const own = history.filter(({ atMs, counts }) => counts && inWindow(atMs)).length;
    const others = otherMoments(quota.otherLoad, nowMs).filter(inWindow).length;
    const granted = own + others < quota.limit;
    history.push({ atMs: nowMs, counts: granted || quota.countRefused });
    return granted;
  });
}

function run(quota: QuotaRules, momentsMs: readonly number[]): boolean[] {
  const state = createQuotaState();
  return momentsMs.map((nowMs) => takeRequest(quota, state, nowMs));
}

describe('the quota', () => {
  test('agrees with a brute-force model, in every mode and with any other load', () => {
    fc.assert(
      fc.property(rules, gaps, (quota, gapsMs) => {
        const momentsMs = momentsOf(gapsMs);
        expect(run(quota, momentsMs)).toEqual(bruteForce(quota, momentsMs));
      }),
      { numRuns: 500 },
    );
  });

  test('never lets more than the limit through in a window of its own', () => {
    fc.assert(
      fc.property(rules, gaps, (quota, gapsMs) => {
        const momentsMs = momentsOf(gapsMs);
        const answers = run(quota, momentsMs);
        const granted = momentsMs.filter((_, index) => answers[index]);
        const windowOf = (ms: number) => Math.floor((ms - quota.phaseMs) / quota.windowMs);
        for (const endMs of granted) {
          const together = granted.filter((ms) =>
            quota.mode === 'fixed'
              ? windowOf(ms) === windowOf(endMs)
              : ms <= endMs && ms > endMs - quota.windowMs,
          );
          expect(together.length).toBeLessThanOrEqual(quota.limit);
        }
      }),
    );
  });

  test('refuses the 31st request of a minute and starts afresh with the next', () => {
    const momentsMs = Array.from({ length: 31 }, (_, index) => index * 1_000);
    expect(
      run(base, [...momentsMs, 59_999, 60_000])
        .map(Number)
        .join(''),
    ).toBe(`${'1'.repeat(30)}001`);
  });

  test('lets twice the limit through around the edge of a fixed window, as such servers do', () => {
    const momentsMs = [...Array<number>(30).fill(19_999), ...Array<number>(30).fill(20_000)];
    expect(run({ ...base, phaseMs: 20_000 }, momentsMs)).not.toContain(false);
    expect(run({ ...base, mode: 'sliding' }, momentsMs).filter(Boolean)).toHaveLength(30);
  });

  test('never lets a client in that hammers on, where refused requests count and the window slides', () => {
    const momentsMs = Array.from({ length: 400 }, (_, index) => index * 1_000);
    const answers = run({ ...base, mode: 'sliding', countRefused: true }, momentsMs);
    expect(answers.slice(30)).not.toContain(true);
  });

  test('keeps no more than the limit in memory, whatever the storm', () => {
    const state = createQuotaState();
    const quota: QuotaRules = { ...base, mode: 'sliding', countRefused: true };
    for (let index = 0; index < 5_000; index += 1) takeRequest(quota, state, index);
    expect(state.countedMs).toHaveLength(30);
  });

  test('takes a moment out of order as the newest it has seen', () => {
    const state = createQuotaState();
    const quota: QuotaRules = { ...base, limit: 1 };
    expect(takeRequest(quota, state, 60_000)).toBe(true);
    expect(takeRequest(quota, state, 59_999)).toBe(false);
  });

  test('leaves what another load of 28 a minute leaves', () => {
    const quota: QuotaRules = {
      ...base,
      otherLoad: { perMinute: 28, pattern: 'burst', fromMs: 0, toMs: 60_000 },
    };
    expect(run(quota, [1, 2, 3, 60_001, 60_002, 60_003])).toEqual([true, true, false, true, true, true]);
  });
});
