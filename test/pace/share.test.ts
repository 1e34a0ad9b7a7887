import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteLedger } from '../../src/pace/ledger.ts';
import { createPace } from '../../src/pace/pace.ts';
import { ServerShare } from '../../src/pace/share.ts';
import { sharedLimits } from '../../src/pace/window.ts';
import { seeded } from '../support/random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let directory = '';
const notices: string[] = [];
const ledgers: SqliteLedger[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rc-wait-share-'));
  notices.length = 0;
});
afterEach(() => {
  for (const ledger of ledgers.splice(0)) ledger.close();
  rmSync(directory, { recursive: true, force: true });
});

const requestTimeoutMs = 10_000;

/** A ledger in a state directory of its own, which is counted with all others of the user. */
function open(clock: VirtualClock, state: string, source: string, random: () => number): SqliteLedger {
  const { nowMs, sleep } = clock;
  const onNotice = (notice: string): number => notices.push(notice);
  const share = new ServerShare({
    directory: join(directory, 'user'),
    source: () => source,
    nowMs: () => nowMs.call(clock),
    requestTimeoutMs,
    onNotice,
  });
  const ledger = new SqliteLedger({
    directory: join(directory, state),
    limits: sharedLimits,
    random,
    nowMs: () => nowMs.call(clock),
    sleep,
    requestTimeoutMs,
    onNotice,
    share,
  });
  ledgers.push(ledger);
  return ledger;
}

interface Sent {
  readonly source: string;
  readonly state: string;
  readonly atMs: number;
}

/** Polls for three minutes with a ledger for each of `states`; every request, when the API saw it. */
async function poll(states: readonly string[], sources: readonly string[] = [], seed = 1): Promise<Sent[]> {
  const clock = new VirtualClock(0);
  const random = seeded(seed);
  const sent: Sent[] = [];
  const wait = async (state: string, index: number): Promise<void> => {
    const source = sources[index] ?? '10.208.5.7';
    await clock.sleep(random() * 20_000);
    const pace = createPace({ ledger: open(clock, state, source, random), clock });
    let newerThanMs: number | undefined;
    while (clock.nowMs() < 180_000) {
      const send = async () => {
        await clock.sleep(random() * 4_000);
        sent.push({ source, state, atMs: clock.nowMs() });
        await clock.sleep(random() * 4_000);
        return { signal: { kind: 'answered' as const }, record: '' };
      };
      const options = newerThanMs === undefined ? {} : { newerThanMs };
      newerThanMs = (await pace.ask('http://10.208.0.1|automation_status|json', send, options)).askedMs;
    }
  };
  await clock.run(Promise.all(states.map(wait)));
  return sent;
}

const busiest = (sent: readonly Sent[]): number =>
  Math.max(
    ...sent.map(({ atMs }) => sent.filter((one) => one.atMs >= atMs && one.atMs < atMs + 60_000).length),
  );

describe('several state directories of one user', () => {
  it.each([1, 2, 3])(
    'make at most 29 requests in any 60 s together, whatever the network (seed %i)',
    async (seed) => {
      const sent = await poll(['a', 'b', 'c', 'd', 'e'], [], seed);
      expect(busiest(sent)).toBeLessThanOrEqual(29);
      // Nobody is starved.
      for (const state of ['a', 'b', 'c', 'd', 'e'])
        expect(sent.filter((one) => one.state === state).length).toBeGreaterThan(3);
      expect(notices).toEqual([]);
    },
  );

  it('do not hold each other up where the API knows them by different addresses', async () => {
    const sent = await poll(['a', 'b'], ['10.208.5.7', '10.208.5.8']);
    expect(busiest(sent)).toBeGreaterThan(29);
    for (const source of ['10.208.5.7', '10.208.5.8'])
      expect(busiest(sent.filter((one) => one.source === source))).toBeLessThanOrEqual(29);
  });

  it('leave two slots for what is asked at once after a poll', () => {
    const clock = new VirtualClock(0);
    const ledger = open(clock, 'a', '10.208.5.7', () => 0);
    const share = new ServerShare({
      directory: join(directory, 'user'),
      source: () => '10.208.5.7',
      nowMs: () => clock.nowMs(),
      requestTimeoutMs,
      onNotice: () => {},
    });
    const ask = { key: 'http://10.208.0.1|x|json', nowMs: 0, requestTimeoutMs };
    for (let taken = 0; taken < 27; taken += 1)
      expect(share.take({ ...ask, newerThanMs: 0 }).kind).toBe('taken');
    expect(share.take({ ...ask, newerThanMs: 0 })).toEqual({ kind: 'full', untilMs: 70_000 });
    const first = ledger.approach({ ...ask, newerThanMs: undefined });
    expect(first.kind).toBe('granted');
    expect(share.take({ ...ask, newerThanMs: undefined }).kind).toBe('taken');
    expect(ledger.approach({ ...ask, key: 'http://10.208.0.1|y|json', newerThanMs: undefined })).toEqual({
      kind: 'delayed',
      delay: { because: 'window', untilMs: 70_000 },
    });
    share.close();
  });

  it('are counted in a file that nobody else can open, and so cannot lock', () => {
    open(new VirtualClock(0), 'a', '10.208.5.7', () => 0);
    expect(statSync(join(directory, 'user/requests.db')).mode & 0o777).toBe(0o600);
  });

  it('wait a minute where the count was damaged, and say so', () => {
    const clock = new VirtualClock(0);
    open(clock, 'a', '10.208.5.7', () => 0);
    for (const ledger of ledgers.splice(0)) ledger.close();
    writeFileSync(join(directory, 'user/requests.db'), 'damaged'.repeat(2_000));
    const ledger = open(clock, 'a', '10.208.5.7', () => 0);
    const ask = { key: 'http://10.208.0.1|x|json', newerThanMs: undefined, requestTimeoutMs };
    expect(ledger.approach({ ...ask, nowMs: 0 })).toMatchObject({ delay: { untilMs: 70_000 } });
    expect(ledger.approach({ ...ask, nowMs: 70_001 }).kind).toBe('granted');
    expect(notices).toEqual([expect.stringContaining('requests.db is damaged')]);
  });

  it('go on by themselves where they cannot be counted, and say so', () => {
    writeFileSync(join(directory, 'user'), 'a file');
    const ledger = open(new VirtualClock(0), 'a', '10.208.5.7', () => 0);
    const ask = { key: 'http://10.208.0.1|x|json', nowMs: 0, newerThanMs: undefined, requestTimeoutMs };
    expect(ledger.approach(ask).kind).toBe('granted');
    expect(notices).toEqual([
      expect.stringMatching(/requests\.db: .*directory; processes with another --state-dir cannot be/),
    ]);
  });
});
