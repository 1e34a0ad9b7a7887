import { describe, expect, it } from 'vitest';
import { MemoryLedger } from '../../src/pace/account.ts';
import { createPace } from '../../src/pace/pace.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import { createClient } from '../../src/rackconnect/client.ts';
import { parseApiUrl } from '../../src/rackconnect/regions.ts';
import { runJob } from '../../src/wait/job.ts';
import type { LocalSource } from '../../src/wait/local-source.ts';
import { judgeMetadata } from '../../src/wait/local-verdicts.ts';
import { StatusAlarm } from '../../src/wait/status-alarm.ts';
import type { Deployment } from '../../src/wait/verdict.ts';
import { seeded } from '../support/random.ts';
import { VirtualApi } from '../support/virtual-api.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const baseUrl = parseApiUrl('http://10.208.0.1');

/** One server: its processes, its xenstore and the watch of one of them, in any condition. */
interface Server {
  readonly waiters: number;
  /** from the start to DEPLOYED at the API */
  readonly deployedAfterMs: number;
  /** how much earlier xenstore says so; undefined: never */
  readonly earlierMs: number | undefined;
  /** when the watch stops telling changes; `isKnown`: and the process with it sees that */
  readonly watch: { readonly untilMs: number; readonly isKnown: boolean };
  /** moments at which xenstore says DEPLOYED and takes it back */
  readonly flipsMs: readonly number[];
  /** one way, in ms */
  readonly slowestMs: number;
  readonly quota: string;
  /** how long a process lives before kill -9, in ms */
  readonly livesMs: () => number;
}

/** Runs the wait of a server to its end. */
async function play(server: Server, random: () => number) {
  const clock = new VirtualClock();
  const { sleep, nowMs } = clock;
  const startMs = nowMs();
  const deployedMs = startMs + server.deployedAfterMs;
  const scenario = `{deployedAfter: ${server.deployedAfterMs}, clockFrom: start, features: {configureNetworkStack: false}, gateway: {address: 10.208.0.1, assignedAfter: 0s}, quota: {mode: ${server.quota}}}`;
  const api = new VirtualApi(clock, random, () => 0.5 + random() * server.slowestMs, scenario);
  const ledger = new MemoryLedger({ limits: sharedLimits, random, sleep });
  let status = 'DEPLOYING';
  let count = 0;
  const listeners = new Set<() => void>();
  const isTold = (): boolean => nowMs() < startMs + server.watch.untilMs;
  const become = (word: string): void => {
    status = word;
    if (!isTold()) return;
    count += 1;
    for (const listener of listeners) listener();
  };
  const source: LocalSource<Deployment> = {
    async read() {
      await sleep(1 + random() * 20);
      return { verdict: judgeMetadata({ kind: 'known', value: status, where: 'xenstore' }) };
    },
  };
  const changes = {
    get count() {
      return count;
    },
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  /** One life of a process. Resolves to the moment at which its job was done, or undefined after a kill. */
  const live = async (isLeader: boolean): Promise<number | undefined> => {
    let isAlive = true;
    const stop = new AbortController();
    const own = {
      limits: ledger.limits,
      approach: ledger.approach.bind(ledger),
      settle: (one: Parameters<typeof ledger.settle>[0]) => (isAlive ? ledger.settle(one) : undefined),
      changed: ledger.changed.bind(ledger),
      noteWatch: ledger.noteWatch.bind(ledger),
      isWatched: ledger.isWatched.bind(ledger),
      close: () => undefined,
    };
    const pace = createPace({ ledger: own, clock, lookEveryMs: 60_000 });
    const client = createClient({ baseUrl, pace, transport: api.transport(() => isAlive) });
    const alarm = isLeader ? new StatusAlarm({ source, changes, clock, signal: stop.signal }) : undefined;
    const note = async (): Promise<void> => {
      while (isAlive && (isTold() || !server.watch.isKnown)) {
        pace.noteWatch();
        await sleep(5_000);
      }
    };
    if (isLeader) {
      // "When a watch is first set up it is triggered once straight away."
      for (const listener of listeners) listener();
      void note();
    }
    const job = runJob({
      client,
      clock,
      metadata: { source, alone: false, alarm },
      deadlineMs: startMs + 6 * 3_600_000,
      signal: stop.signal,
      onEvent: () => undefined,
      network: 'auto',
      configure: async () => 'done',
    });
    const killed = sleep(server.livesMs()).then(() => 'killed' as const);
    const end = await Promise.race([job, killed]);
    isAlive = false;
    stop.abort();
    job.catch(() => undefined);
    if (end === 'killed') return undefined;
    expect(end.kind).toBe('deployed');
    return nowMs() - deployedMs;
  };
  const lives = Array.from({ length: server.waiters }, async (_, index) => {
    await sleep(random() * (server.waiters > 1 ? 2_000 : 0));
    for (;;) {
      const doneMs = await live(index === 0);
      if (doneMs !== undefined) return doneMs;
      await sleep(random() * 3_000);
    }
  });
  const history = async (): Promise<void> => {
    for (const atMs of server.flipsMs) {
      await sleep(startMs + atMs - nowMs());
      become('DEPLOYED');
      await sleep(random() * 50);
      become('DEPLOYING');
    }
    if (server.earlierMs === undefined) return;
    await sleep(deployedMs - server.earlierMs - nowMs());
    become('DEPLOYED');
  };
  const [latenciesMs] = await clock.run(Promise.all([Promise.all(lives), history()]));
  return { latenciesMs, api };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const forEver = Number.POSITIVE_INFINITY;

/** A server on which nothing goes wrong, at a phase of the pace that is spread evenly over each hundred seeds. */
function wellBehaved(seed: number, random: () => number, longestPolls: number): Server {
  const polls = Math.floor(random() * longestPolls);
  return {
    waiters: 1,
    deployedAfterMs: 8_000 + (polls + (seed % 100) / 100) * sharedLimits.watchedPaceMs,
    earlierMs: 0,
    watch: { untilMs: forEver, isKnown: true },
    flipsMs: [],
    slowestMs: 10,
    quota: 'sliding',
    livesMs: () => forEver,
  };
}

describe('from DEPLOYED at the API to the end of the job with features and gateway, over 500 deployments each (64 waiters: 100)', () => {
  it.each([
    { what: 'xenstore at the same moment', more: {}, meanMs: 250, worstMs: 600 },
    { what: 'xenstore at the same moment, 64 waiters', more: { waiters: 64 }, meanMs: 250, worstMs: 600 },
    { what: 'xenstore 3 s before', more: { earlierMs: 3_000 }, meanMs: 800, worstMs: 2_600 },
    {
      what: 'a watch that died and says so',
      more: { watch: { untilMs: 5_000, isKnown: true } },
      meanMs: 1_250,
      worstMs: 2_600,
    },
    {
      what: 'a watch that died silently',
      more: { watch: { untilMs: 5_000, isKnown: false } },
      meanMs: 1_300,
      worstMs: 2_600,
    },
    { what: 'xenstore that never says so', more: { earlierMs: undefined }, meanMs: 1_300, worstMs: 2_600 },
  ])('$what: $meanMs ms on average, $worstMs ms at worst', async ({ what, more, meanMs, worstMs }) => {
    const all: number[] = [];
    const isCrowd = 'waiters' in more;
    const deployments = isCrowd ? 100 : 500;
    for (let seed = 0; seed < deployments; seed += 1) {
      const random = seeded(seed);
      // Long enough for a full window, and short where 64 jobs are run.
      const server = wellBehaved(seed, random, isCrowd ? 4 : 60);
      const { latenciesMs, api } = await play({ ...server, ...more }, random);
      expect({ seed, refused: api.refused }).toEqual({ seed, refused: 0 });
      all.push(...latenciesMs);
    }
    console.info(`${what}: mean ${mean(all).toFixed(0)} ms, worst ${Math.max(...all).toFixed(0)} ms`);
    expect(mean(all)).toBeLessThanOrEqual(meanMs);
    expect(Math.max(...all)).toBeLessThanOrEqual(worstMs);
  });
});

/** Anything may happen on it: a slow network, kills, floods, a watch that dies. */
function anyServer(random: () => number): Server {
  const deployedAfterMs = 3_000 + random() * 80_000;
  const isFlood = random() < 0.2;
  const flips = isFlood ? 200 : Math.floor(random() * 4);
  const fromMs = random() * deployedAfterMs;
  return {
    waiters: random() < 0.05 ? 12 : 1 + Math.floor(random() * 3),
    deployedAfterMs,
    earlierMs: random() < 0.2 ? undefined : random() < 0.3 ? 0 : random() * 12_000 - 4_000,
    watch: { untilMs: random() < 0.3 ? random() * deployedAfterMs : forEver, isKnown: random() < 0.5 },
    flipsMs: Array.from({ length: flips }, () =>
      isFlood ? fromMs + random() * 20_000 : random() * deployedAfterMs,
    ).sort((a, b) => a - b),
    slowestMs: random() < 0.5 ? 20 : 2_500,
    quota: random() < 0.5 ? 'sliding' : `fixed, phase: ${Math.floor(random() * 60_000)}`,
    livesMs: () => (random() < 0.2 ? 500 + random() * 30_000 : forEver),
  };
}

describe('the quota, over 10,000 schedules with changes in xenstore at random', () => {
  it.each([0, 1, 2, 3])(
    'is kept: at most 29 requests in any 60 s, and none refused (part %i)',
    async (part) => {
      let most = 0;
      for (let index = 0; index < 2_500; index += 1) {
        const seed = part * 2_500 + index;
        const random = seeded(seed);
        const { api } = await play(anyServer(random), random);
        const busiest = api.busiest();
        if (busiest > 29 || api.refused > 0)
          expect.fail(`seed ${seed}: ${busiest} requests in 60 s, ${api.refused} refused`);
        most = Math.max(most, busiest);
      }
      // A check that never comes near its bound would hold for a pace that never asks.
      expect(most).toBeGreaterThanOrEqual(28);
    },
  );
});
