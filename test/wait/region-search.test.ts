import { describe, expect, it } from 'vitest';
import type { Region } from '../../src/base/region.ts';
import type { Reply } from '../../src/http/types.ts';
import { MemoryLedger } from '../../src/pace/account.ts';
import { createPace } from '../../src/pace/pace.ts';
import { type Slot, sharedLimits, unsharedLimits } from '../../src/pace/window.ts';
import { createClient } from '../../src/rackconnect/client.ts';
import type { ApiUrl } from '../../src/rackconnect/regions.ts';
import type { Transport } from '../../src/rackconnect/transport.ts';
import { type WaitEvent, waitFor } from '../../src/wait/loop.ts';
import { regionPoller } from '../../src/wait/region-search.ts';
import { seeded } from '../support/random.ts';
import { answer } from '../support/scripted-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const down: Reply = { kind: 'unreachable', code: 'ENETUNREACH', reason: 'network is unreachable' };

/** The six APIs, each of which answers as `replyOf` says, on one pace; `processes` of them search. */
async function search(
  replyOf: (region: Region, nowMs: number) => Reply,
  {
    processes = 1,
    deadlineMs = 600_000,
    limits = sharedLimits,
    everyMs = 0,
    look = undefined as ((nowMs: number) => Promise<Region | undefined>) | undefined,
    slots = [] as readonly Slot[],
  } = {},
) {
  const clock = new VirtualClock(0);
  const requests: { region: Region; atMs: number }[] = [];
  const transport: Transport = {
    async get(url) {
      const region = url.hostname.slice(0, 3) as Region;
      requests.push({ region, atMs: clock.nowMs() });
      await clock.sleep(region === 'syd' ? 5_000 : 20);
      return replyOf(region, clock.nowMs());
    },
    close() {},
  };
  const ledger = new MemoryLedger({ limits, random: seeded(1), sleep: clock.sleep, slots });
  const events: WaitEvent[] = [];
  const signal = new AbortController().signal;
  const inquire = async (_: unknown, index: number) => {
    await clock.sleep(index * everyMs);
    const pace = createPace({ ledger, clock });
    const clientOf = (baseUrl: ApiUrl) => createClient({ baseUrl, pace, transport });
    const onEvent = (event: WaitEvent): number => events.push(event);
    return waitFor(regionPoller(clientOf, clock, look && (() => look(clock.nowMs()))), {
      clock,
      deadlineMs,
      signal,
      onEvent,
    });
  };
  const ends = await clock.run(Promise.all(Array.from({ length: processes }, inquire)));
  // What a poll would be told now, after the search.
  const afterwards = ledger.approach({
    key: 'https://ord.api.rackconnect.rackspace.com|automation_status/details|json',
    nowMs: clock.nowMs(),
    newerThanMs: undefined,
    requestTimeoutMs: 10_000,
  });
  return { ends, requests, events, afterwards, nowMs: clock.nowMs() };
}

const knownIn =
  (home: Region, other: Reply = { kind: 'refused' }) =>
  (region: Region): Reply =>
    region === home ? answer({ automation_status: 'DEPLOYING' }) : other;

describe('the region by asking', () => {
  it.each<[string, Reply]>([
    ['refuse', { kind: 'refused' }],
    ['do not know it', { kind: 'absent' }],
    ['cannot be reached', down],
    ['answer a page', { kind: 'ok', contentType: 'text/html', body: '<html>welcome</html>' }],
  ])('is that whose API knows this server, where the others %s', async (_, other) => {
    const { ends, requests } = await search(knownIn('ord', other));
    expect(ends).toEqual([{ kind: 'done', value: 'ord' }]);
    expect(requests.map(({ region }) => region).sort()).toEqual(['dfw', 'hkg', 'iad', 'lon', 'ord', 'syd']);
    expect(new Set(requests.map(({ atMs }) => atMs))).toEqual(new Set([0]));
  });

  it('does not slow the polls down that follow: five of six must fail', async () => {
    const { afterwards } = await search(knownIn('ord', down));
    expect(afterwards.kind).toBe('granted');
  });

  it('costs 64 processes what it costs one', async () => {
    const { ends, requests } = await search(knownIn('hkg'), { processes: 64 });
    expect(ends).toEqual(Array(64).fill({ kind: 'done', value: 'hkg' }));
    expect(requests).toHaveLength(6);
  });

  it('is refused where two know it, with the flag to use', async () => {
    const both = (region: Region) => knownIn(region === 'lon' ? 'lon' : 'ord')(region);
    await expect(search(both)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: 'cannot tell the region of this server: the APIs of lon and ord all know it',
      hint: 'name it with --region',
    });
  });

  it('is asked for again each minute while none knows it, with a sign of life each second', async () => {
    const late = (region: Region, nowMs: number): Reply =>
      nowMs < 100_000 ? { kind: 'absent' } : knownIn('dfw')(region);
    const { ends, requests, events, nowMs } = await search(late);
    expect(ends).toEqual([{ kind: 'done', value: 'dfw' }]);
    expect([...new Set(requests.map(({ atMs }) => atMs))]).toEqual([0, 60_000, 120_000]);
    expect(events.filter(({ kind }) => kind === 'delay').length).toBeGreaterThan(100);
    expect(nowMs).toBeLessThan(126_000);
  });

  it('is not searched in what this process was told the last time: the next minute asks anew', async () => {
    const late = (region: Region, nowMs: number): Reply =>
      nowMs < 30_000 ? { kind: 'absent' } : knownIn('dfw')(region);
    // The quota is used up at the start, so the slots are taken a moment after the search began.
    const used = { key: 'other', takenMs: -59_900, countsUntilMs: 100, openUntilMs: undefined };
    const slots = Array.from({ length: sharedLimits.requests }, () => used);
    const { ends, requests, nowMs } = await search(late, { slots });
    expect(ends).toEqual([{ kind: 'done', value: 'dfw' }]);
    expect([...new Set(requests.map(({ atMs }) => atMs))]).toEqual([100, 60_000]);
    expect(requests).toHaveLength(12);
    expect(nowMs).toBeLessThan(66_000);
  });

  it("is what this server's own sources say, when they come later, within seconds", async () => {
    const looks: number[] = [];
    const look = async (nowMs: number): Promise<Region | undefined> => {
      looks.push(nowMs);
      return nowMs > 20_000 ? 'lon' : undefined;
    };
    const { ends, requests, nowMs } = await search(() => down, { look });
    expect(ends).toEqual([{ kind: 'done', value: 'lon' }]);
    expect(requests).toHaveLength(6);
    expect(nowMs).toBeLessThanOrEqual(26_000);
    expect(looks.length).toBeLessThanOrEqual(5);
  });

  it('asks all six anew each time where one request every ten seconds is all there is', async () => {
    const late = (region: Region, nowMs: number): Reply =>
      nowMs < 60_000 ? { kind: 'absent' } : knownIn('syd')(region);
    const { ends, requests, nowMs } = await search(late, { limits: unsharedLimits });
    expect(ends).toEqual([{ kind: 'done', value: 'syd' }]);
    expect(requests).toHaveLength(12);
    expect(nowMs).toBeLessThan(121_000);
  });

  it('costs many processes that began at other times twelve requests a minute at most', async () => {
    const { requests } = await search(() => ({ kind: 'absent' }), { processes: 20, everyMs: 3_000 });
    const atMs = requests.map((request) => request.atMs);
    const inMinuteFrom = (startMs: number) => atMs.filter((ms) => ms >= startMs && ms < startMs + 60_000);
    expect(Math.max(...atMs.map((ms) => inMinuteFrom(ms).length))).toBeLessThanOrEqual(12);
  });

  it('is not known at the deadline, and it says what each of them said', async () => {
    const { ends } = await search(() => down, { deadlineMs: 30_000 });
    expect(ends[0]).toMatchObject({
      kind: 'deadline',
      answered: false,
      refused: false,
      why: expect.stringMatching(
        /^none of the six APIs can be reached: network is unreachable; they answer over ServiceNet only/,
      ),
    });
    const strangers = await search(() => ({ kind: 'refused' }), { deadlineMs: 30_000 });
    expect(strangers.ends[0]).toMatchObject({
      refused: true,
      why: expect.stringMatching(/^the API of no region knows this server: 403; name it with --region/),
    });
  });

  it.each<[Reply, string]>([
    [{ kind: 'failing', status: 502 }, 'knows this server: 502'],
    [{ kind: 'unexpected', status: 302, location: 'http://x' }, 'knows this server: 302'],
    [{ kind: 'unexpected', status: 200, reason: 'it is compressed' }, 'knows this server: it is compressed'],
  ])('is not known by %o', async (reply, words) => {
    const { ends } = await search(() => reply, { deadlineMs: 30_000 });
    expect(ends[0]).toMatchObject({ why: expect.stringContaining(words) });
  });
});
