import { describe, expect, it } from 'vitest';
import { type Ledger, MemoryLedger, type Settlement, type SlotRequest } from '../../src/pace/account.ts';
import { createPace } from '../../src/pace/pace.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import { createClient } from '../../src/rackconnect/client.ts';
import { parseApiUrl } from '../../src/rackconnect/regions.ts';
import type { Operation } from '../../src/rackconnect/types.ts';
import { seeded } from '../support/random.ts';
import { VirtualApi } from '../support/virtual-api.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const baseUrl = parseApiUrl('http://10.208.0.1');
const operations: Operation[] = [
  'automation_status/details',
  'automation_status',
  'gateway_ip',
  'automation_features',
];

/** A process of the server: asks as it likes until it is killed, which it does not notice. */
function startProcess(world: {
  clock: VirtualClock;
  api: VirtualApi;
  ledger: Ledger;
  random: () => number;
  endMs: number;
}): () => void {
  const { clock, api, random, endMs } = world;
  let alive = true;
  const gone = new Promise<never>(() => {});
  const ledger: Ledger = {
    limits: world.ledger.limits,
    approach: (approach: SlotRequest) => world.ledger.approach(approach),
    settle: (settlement: Settlement) => (alive ? world.ledger.settle(settlement) : undefined),
    changed: async (ms, signal) => {
      await world.ledger.changed(ms, signal);
      if (!alive) await gone;
    },
    noteWatch: (nowMs) => world.ledger.noteWatch(nowMs),
    isWatched: (nowMs) => world.ledger.isWatched(nowMs),
    close() {},
  };
  const pace = createPace({ ledger, clock, lookEveryMs: Number.POSITIVE_INFINITY });
  const client = createClient({ baseUrl, pace, transport: api.transport(() => alive) });
  const isWaiter = random() < 0.7;
  void (async () => {
    let newerThanMs: number | undefined;
    while (alive && clock.nowMs() < endMs) {
      const operation = isWaiter
        ? 'automation_status/details'
        : (operations[Math.floor(random() * 4)] ?? 'gateway_ip');
      const told = await client.ask(
        operation,
        'json',
        isWaiter && newerThanMs !== undefined ? { newerThanMs } : {},
      );
      newerThanMs = told.askedMs;
      if (!isWaiter) await clock.sleep(random() * 2_000);
    }
  })();
  return () => {
    alive = false;
  };
}

/** One schedule: processes that start, ask, are killed and started again, on a network that takes up to 5 s. */
async function runSchedule(seed: number): Promise<{ api: VirtualApi; processes: number }> {
  const random = seeded(seed);
  const clock = new VirtualClock();
  const slowestMs = random() < 0.3 ? 20 : 2_500;
  const window = random() < 0.5 ? 'sliding' : `fixed, phase: ${Math.floor(random() * 60_000)}`;
  const scenario = `{deployedAfter: 1h, gateway: {address: 10.208.0.1, assignedAfter: 0s}, quota: {mode: ${window}}}`;
  const api = new VirtualApi(clock, random, () => random() * slowestMs, scenario);
  const { sleep, nowMs } = clock;
  const ledger = new MemoryLedger({ limits: sharedLimits, random, sleep });
  const endMs = nowMs() + 62_000 + random() * 70_000;
  const world = { clock, api, ledger, random, endMs };
  const processes = random() < 0.05 ? 20 : 1 + Math.floor(random() * 4);
  const lives = Array.from({ length: processes }, async () => {
    await sleep(random() * 5_000);
    while (nowMs() < endMs) {
      const kill = startProcess(world);
      await sleep(random() < 0.3 ? 500 + random() * 30_000 : 200_000);
      kill();
      await sleep(random() * 3_000);
    }
  });
  await clock.run(Promise.all(lives));
  return { api, processes };
}

describe('the quota, over 10,000 schedules of processes that are killed and restarted on a slow network', () => {
  // Four parts, so that a machine with more cores runs them side by side, and a failure names its part.
  it.each([0, 1, 2, 3])(
    'is kept: at most 29 requests in any 60 s, and none refused (part %i)',
    async (part) => {
      let most = 0;
      let requests = 0;
      for (let index = 0; index < 2_500; index += 1) {
        const seed = part * 2_500 + index;
        const { api } = await runSchedule(seed);
        const busiest = api.busiest();
        if (busiest > 29 || api.refused > 0)
          expect.fail(`seed ${seed}: ${busiest} requests in 60 s, ${api.refused} refused`);
        most = Math.max(most, busiest);
        requests += api.seen.length;
      }
      // A check that never comes near its bound would hold for a pace that never asks.
      expect(most).toBeGreaterThanOrEqual(28);
      expect(requests).toBeGreaterThan(2_500 * 10);
    },
    240_000,
  );
});
