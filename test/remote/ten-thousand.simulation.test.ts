import { describe, expect, it } from 'vitest';
import type { SeenRequest } from '../support/virtual-cloud.ts';
import { mean, runRemote } from './harness.ts';

const fleet = (count: number) =>
  `count: ${count}, activeAfter: {from: 0s, to: 2m}, endsAfter: {from: 2m, to: 40m}, bursts: 40, outcomes: {FAILED: 0.02, UNPROCESSABLE: 0.01}`;

/** Requests to Cloud Servers, put together to polls: what is asked without a pause. */
function pollsIn(seen: readonly SeenRequest[]): number[] {
  const polls: number[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const { atMs } of seen.filter((one) => one.target.startsWith('/cloud/'))) {
    if (atMs - lastMs > 400) polls.push(0);
    polls.push((polls.pop() ?? 0) + 1);
    lastMs = atMs;
  }
  return polls;
}

/** A fleet of 10,000 that is deployed over 40 minutes in bursts, and what waiting for it came to. */
async function run(extra = '', count = 10_000) {
  const ran = await runRemote(`{fleets: [{${fleet(count)}}]${extra}}`);
  const fates = new Map(ran.cloud.cloud.servers.map((server) => [server.id, server]));
  const latenciesMs = ran.events.flatMap((event) => {
    if (event.kind !== 'server' || event.server.verdict === undefined) return [];
    const endMs = fates.get(event.server.id)?.endMs ?? Number.NaN;
    return [event.nowMs - ran.startMs - endMs];
  });
  return { ...ran, latenciesMs, fates };
}

/** Every server has the verdict that its fate says. */
function expectNobodyLost({ end, fates }: Awaited<ReturnType<typeof run>>): void {
  const servers = end.regions.flatMap((region) => region.servers);
  expect(servers).toHaveLength(fates.size);
  const wrong = servers.filter(({ id, verdict }) => verdict !== fates.get(id)?.outcome.toLowerCase());
  expect(wrong).toEqual([]);
}

describe('10,000 servers that are deployed over 40 minutes, in bursts', () => {
  it('are all seen within 5 s of their change on average, by a page for each thousand and 2 requests a poll', async () => {
    const ran = await run();
    expectNobodyLost(ran);
    const found = ran.events.find(({ kind }) => kind === 'found');
    const looks = ran.cloud.seen.filter(
      ({ atMs, target }) => target.startsWith('/cloud/') && ran.startMs + atMs <= (found?.nowMs ?? 0),
    );
    const polls = pollsIn(ran.cloud.seen.filter(({ atMs }) => ran.startMs + atMs > (found?.nowMs ?? 0)));
    const worst = Math.max(...ran.latenciesMs);
    console.info(
      `10,000 servers: seen after ${mean(ran.latenciesMs).toFixed(0)} ms on average, ${worst.toFixed(0)} ms at worst; ` +
        `${looks.length} requests to look, then ${polls.length} polls with ${mean(polls).toFixed(2)} requests on average, ${Math.max(...polls)} at most`,
    );
    expect(ran.latenciesMs).toHaveLength(10_000);
    expect(mean(ran.latenciesMs)).toBeLessThanOrEqual(5_000);
    // The tenth page is full, and Nova links a full page to a next one even where that is empty.
    expect(looks.length).toBeLessThanOrEqual(11);
    expect(Math.max(...polls)).toBeLessThanOrEqual(2);
    expect(ran.tally).toMatchObject({ limited: 0, failed: 0 });
  }, 240_000);

  it.each<[string, string, number]>([
    [
      'a failure, a storm of 429 and a token that runs out, one after the other',
      ', tokenLife: 25m, faults: [{kind: status, status: 503, from: 10m, to: 13m}, {kind: status, status: 429, retryAfter: 20s, from: 18m, to: 20m}]',
      10_000,
    ],
    ['a failure of five minutes', ', faults: [{kind: status, status: 503, from: 10m, to: 15m}]', 1_500],
    [
      'a storm of 429 with Retry-After',
      ', faults: [{kind: status, status: 429, retryAfter: 20s, from: 10m, to: 13m}]',
      1_500,
    ],
    ['a storm of 413 without one', ', faults: [{kind: status, status: 413, from: 10m, to: 13m}]', 1_500],
    ['tokens that run out every seven minutes', ', tokenLife: 7m', 1_500],
    ['a token that is revoked', ', faults: [{kind: revoke, from: 10m}]', 1_500],
    [
      'an identity API that is away when the token is revoked',
      ', faults: [{kind: revoke, from: 10m}, {kind: status, api: identity, from: 10m, to: 12m}]',
      1_500,
    ],
    ['a portal in the place of the API', ', faults: [{kind: html, from: 20m, to: 21m}]', 1_500],
    ['a limit of 20 requests a minute', ', limit: {requests: 20}', 1_500],
  ])(
    'lose none of them by %s',
    async (_, extra, count) => {
      const ran = await run(extra, count);
      expectNobodyLost(ran);
      expect(ran.latenciesMs).toHaveLength(count);
      expect(ran.endedMs).toBeLessThan(43 * 60_000);
    },
    240_000,
  );
});
