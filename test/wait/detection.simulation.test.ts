import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../src/pace/account.ts';
import { createPace } from '../../src/pace/pace.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import { createClient } from '../../src/rackconnect/client.ts';
import { parseApiUrl } from '../../src/rackconnect/regions.ts';
import { runJob } from '../../src/wait/job.ts';
import { seeded } from '../support/random.ts';
import { VirtualApi } from '../support/virtual-api.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** One deployment watched by some processes of the server; what each needed to be done with its whole job. */
async function deploy(
  seed: number,
  waiters: number,
  longestPolls: number,
): Promise<{ latenciesMs: number[]; api: VirtualApi; waitedMs: number }> {
  const random = seeded(seed);
  const clock = new VirtualClock();
  // Short, and long enough for the window to be full: both happen. The phase against the polls is spread
  // evenly over the deployments, so that the mean is that of the phases and not of the dice.
  const polls = Math.floor(random() * (random() < 0.7 ? Math.min(12, longestPolls) : longestPolls));
  const afterMs = 2_000 + Math.round((polls + (seed % 1_000) / 1_000) * sharedLimits.paceMs);
  const scenario = `{deployedAfter: ${afterMs}, clockFrom: start, gateway: {address: 10.208.0.1, assignedAfter: 0s}}`;
  const api = new VirtualApi(clock, random, () => 0.5 + random() * 10, scenario);
  const startMs = clock.nowMs();
  const { sleep } = clock;
  const ledger = new MemoryLedger({ limits: sharedLimits, random, sleep });
  const ends = Array.from({ length: waiters }, async () => {
    await sleep(random() * (waiters > 1 ? 2_000 : 0));
    const pace = createPace({ ledger, clock, lookEveryMs: Number.POSITIVE_INFINITY });
    const client = createClient({
      baseUrl: parseApiUrl('http://10.208.0.1'),
      pace,
      transport: api.transport(),
    });
    const end = await runJob({
      client,
      clock,
      deadlineMs: startMs + 6 * 3_600_000,
      signal: new AbortController().signal,
      onEvent: () => {},
      network: 'auto',
      configure: async (gateway) => gateway,
    });
    expect(end).toMatchObject({ kind: 'deployed', network: '10.208.0.1' });
    return clock.nowMs() - startMs - afterMs;
  });
  const latenciesMs = await clock.run(Promise.all(ends));
  return { latenciesMs, api, waitedMs: afterMs };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe('from DEPLOYED at the server to the end of the job, over 1,000 deployments', () => {
  it.each([
    { waiters: 1, longestPolls: 120 },
    { waiters: 64, longestPolls: 5 },
  ])(
    '$waiters waiters: at most 1.2 s on average and 2.6 s at worst, by the requests of one',
    async ({ waiters, longestPolls }) => {
      const latenciesMs: number[] = [];
      for (let seed = 0; seed < 1_000; seed += 1) {
        const one = await deploy(seed, waiters, longestPolls);
        latenciesMs.push(...one.latenciesMs);
        expect(one.api.refused).toBe(0);
        // Polls at 2.24 s, then the features and the gateway, once each.
        expect(one.api.seen.length).toBeLessThanOrEqual(
          Math.ceil((one.waitedMs + 2_500) / sharedLimits.paceMs) + 3,
        );
      }
      const worst = Math.max(...latenciesMs);
      console.info(
        `${waiters} waiters: mean ${mean(latenciesMs).toFixed(0)} ms, worst ${worst.toFixed(0)} ms over ${latenciesMs.length}`,
      );
      expect(mean(latenciesMs)).toBeLessThanOrEqual(1_200);
      expect(worst).toBeLessThanOrEqual(2_600);
    },
  );
});

describe('with something else on the server that uses the quota', () => {
  const cases = [10, 20, 28].flatMap((perMinute) =>
    ['even', 'burst'].flatMap((pattern) =>
      ['sliding', 'fixed'].flatMap((mode) =>
        [true, false].map((countRefused) => ({ perMinute, pattern, mode, countRefused })),
      ),
    ),
  );
  it.each(cases)(
    '$perMinute of 30 requests ($pattern, $mode window, refused count: $countRefused): it ends, with at most 3 refused a minute',
    async (load) => {
      const { perMinute, pattern, mode, countRefused } = load;
      for (let seed = 0; seed < 12; seed += 1) {
        const quota = `quota: {mode: ${mode}, phase: ${seed * 5_000}, countRefused: ${countRefused}, otherLoad: {perMinute: ${perMinute}, pattern: ${pattern}}}`;
        const random = seeded(seed);
        const clock = new VirtualClock();
        const minutes = 20;
        const scenario = `{deployedAfter: ${minutes}m, clockFrom: start, gateway: {address: 10.208.0.1, assignedAfter: 0s}, ${quota}}`;
        const api = new VirtualApi(clock, random, () => 0.5 + random() * 10, scenario);
        const startMs = clock.nowMs();
        const ledger = new MemoryLedger({ limits: sharedLimits, random, sleep: clock.sleep });
        const pace = createPace({ ledger, clock, lookEveryMs: Number.POSITIVE_INFINITY });
        const client = createClient({
          baseUrl: parseApiUrl('http://10.208.0.1'),
          pace,
          transport: api.transport(),
        });
        const job = runJob({
          client,
          clock,
          deadlineMs: startMs + 3_600_000,
          signal: new AbortController().signal,
          onEvent: () => {},
          network: 'auto',
          configure: async () => 'done',
        });
        expect(await clock.run(job)).toMatchObject({ kind: 'deployed' });
        // The first two minutes are for finding the pace; after them no minute may see more than three.
        const refusedAt = api.seen
          .filter(({ status, atMs }) => status === 403 && atMs > startMs + 120_000)
          .map(({ atMs }) => atMs);
        const worst = Math.max(
          0,
          ...refusedAt.map((from) => refusedAt.filter((atMs) => atMs >= from && atMs < from + 60_000).length),
        );
        const lastedMin = (clock.nowMs() - startMs) / 60_000;
        expect({ seed, worst, lastedMin }).toSatisfy(
          (one: { worst: number; lastedMin: number }) => one.worst <= 3 && one.lastedMin < minutes + 4,
        );
      }
    },
  );
});
