import { describe, expect, it } from 'vitest';
import { runRemote } from './harness.ts';

const minute = 60_000;

/** Requests to Cloud Servers, without their hosts. */
const asked = (seen: readonly { readonly target: string }[]): string[] =>
  seen
    .filter(({ target }) => target.startsWith('/cloud/'))
    .map(({ target }) => target.replace(/^.*\/v2\/123456/, ''));

describe('few servers', () => {
  const scenario = "{fleets: [{count: 20, name: 'web-{}', endsAfter: 1m}]}";
  const ids = ['00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000007'];

  it('that are named by their ids are each asked by itself, and nothing is listed', async () => {
    const { verdicts, cloud } = await runRemote(scenario, { selection: { all: false, named: ids } });
    expect(verdicts).toEqual({ deployed: 2 });
    expect(asked(cloud.seen).filter((target) => target.includes('detail'))).toEqual([]);
  });

  it('whose name looks like an id are found by it, since there is no such id', async () => {
    const name = '11111111-2222-4333-8444-555555555555';
    const fleets = `[{count: 2, name: 'web-{}', endsAfter: 1m}, {count: 1, name: ${name}, endsAfter: 1m}]`;
    const selection = { all: false, named: [name, '00000000-0000-4000-8000-000000000001'] };
    const { verdicts, cloud } = await runRemote(`{fleets: ${fleets}}`, { selection });
    expect(verdicts).toEqual({ deployed: 2 });
    expect(asked(cloud.seen).filter((target) => target.includes('detail'))).toHaveLength(1);
    const elsewhere = `[{count: 2, endsAfter: 1m}, {count: 1, region: DFW, name: ${name}, endsAfter: 1m}]`;
    const both = await runRemote(`{fleets: ${elsewhere}}`, { selection, regions: ['ORD', 'DFW'] });
    expect(both.verdicts).toEqual({ deployed: 2 });
  });

  it('that are named by name are found by one list, then each asked by itself', async () => {
    const { verdicts, cloud } = await runRemote(scenario, {
      selection: { all: false, named: ['web-1', 'web-2'] },
    });
    expect(verdicts).toEqual({ deployed: 2 });
    const [first, ...rest] = asked(cloud.seen);
    expect(first).toBe('/servers/detail?limit=1000');
    expect(new Set(rest)).toEqual(
      new Set([
        '/servers/00000000-0000-4000-8000-000000000001',
        '/servers/00000000-0000-4000-8000-000000000002',
      ]),
    );
  });

  it('that vanish are gone', async () => {
    const { verdicts } = await runRemote(
      '{fleets: [{count: 3, endsAfter: 5m, vanish: {share: 0.5, after: 1m}}, {count: 1, name: always, endsAfter: 2m}]}',
    );
    expect((verdicts.gone ?? 0) + (verdicts.deployed ?? 0)).toBe(4);
    expect(verdicts.gone).toBeGreaterThan(0);
  });

  it('of which one cannot be asked do not keep the others waiting', async () => {
    const { verdicts, endedMs } = await runRemote(
      '{fleets: [{count: 5, endsAfter: 1m}], limit: {requests: 3, window: 10s}}',
    );
    expect(verdicts).toEqual({ deployed: 5 });
    expect(endedMs).toBeLessThan(4 * minute);
  });
});

describe('many servers', () => {
  it('of which some are deleted in the middle of a list are all accounted for', async () => {
    const { verdicts, end } = await runRemote(
      '{pageSize: 10, fleets: [{count: 300, endsAfter: {from: 1m, to: 9m}, vanish: {share: 0.3, after: {from: 0s, to: 8m}}}]}',
    );
    const servers = end.regions.flatMap((region) => region.servers);
    expect(Object.keys(verdicts).sort()).toEqual(['deployed', 'gone']);
    expect(servers.length).toBeGreaterThan(290);
  });

  it('are seen soon though a page of changes ends with a server that is deleted for good', async () => {
    const { verdicts, endedMs, cloud } = await runRemote(
      "{deletedMarkers: false, pageSize: 20, fleets: [{count: 40, name: 'old-{}', endsAfter: 0s, vanish: {after: 10s}}, {count: 20, name: 'web-{}', endsAfter: 1m}]}",
      { selection: { all: false, globs: ['web-*'] }, deadlineMs: 10 * minute },
    );
    expect(verdicts).toEqual({ deployed: 20 });
    expect(endedMs).toBeLessThan(1.5 * minute);
    const targets = asked(cloud.seen);
    const lost = cloud.seen.findIndex(({ status }) => status === 400);
    expect(lost).toBeGreaterThan(0);
    expect(targets.slice(lost).some((target) => target.includes('changes-since'))).toBe(true);
  });

  it('are looked for again at the pace of a poll where a page of the list is lost again and again', async () => {
    const { cloud } = await runRemote('{pageSize: 10, fleets: [{count: 300, endsAfter: 0s}]}', {
      deadlineMs: minute,
      breaks: (target) => (target.includes('marker') ? 400 : undefined),
    });
    expect(cloud.seen.length).toBeLessThan(30);
  });

  it('of which two are left in the middle of a list of changes are asked for at the interval', async () => {
    // 58 end at once, on three pages of changes: when the second has told of enough, the third is not asked for.
    const { cloud, verdicts } = await runRemote(
      '{pageSize: 20, fleets: [{count: 38, endsAfter: 1m}, {count: 2, endsAfter: 1h}, {count: 30, name: "other-{}", endsAfter: 1m}]}',
      { selection: { all: false, globs: ['server-*'] }, deadlineMs: 10 * minute },
    );
    expect(verdicts).toEqual({ deployed: 38, waiting: 2 });
    expect(cloud.seen.filter(({ atMs }) => atMs > 2 * minute).length).toBeLessThan(200);
  });

  it('are asked for at the pace that the API has slowed, in the middle of a list too', async () => {
    const { cloud } = await runRemote(
      '{pageSize: 10, fleets: [{count: 300, endsAfter: 1m}], faults: [{kind: status, status: 429, from: 55s, to: 62s}]}',
      { deadlineMs: 3 * minute },
    );
    const after = cloud.seen.filter(({ status, atMs }) => status === 200 && atMs > minute);
    const polls = after.filter(({ atMs }, index) => atMs - (after[index - 1]?.atMs ?? 0) > 500);
    // The pace is the usual one again after ten answers.
    const gaps = polls.slice(1, 4).map(({ atMs }, index) => atMs - (polls[index]?.atMs ?? 0));
    expect(gaps.every((gapMs) => gapMs > 5_000)).toBe(true);
  });

  it('are seen though changes-since does not tell of metadata, soon as fast as otherwise', async () => {
    const latenciesMs: number[] = [];
    const ran = await runRemote(
      '{metadataCounts: false, fleets: [{count: 500, endsAfter: {from: 1m, to: 20m}, bursts: 20}]}',
    );
    const fates = new Map(ran.cloud.cloud.servers.map((server) => [server.id, server.endMs]));
    for (const event of ran.events) {
      if (event.kind === 'server' && event.server.verdict !== undefined)
        latenciesMs.push(event.nowMs - ran.startMs - (fates.get(event.server.id) ?? 0));
    }
    expect(ran.verdicts).toEqual({ deployed: 500 });
    const late = latenciesMs.slice(100);
    expect(Math.max(...late)).toBeLessThan(7_000);
  });

  it('that are DELETED without a word are found out by a sweep, and asked for by themselves', async () => {
    // Vanished servers are not shown by this API's list of changes once they are a page away: only a 404 says it.
    const { verdicts, cloud } = await runRemote(
      '{metadataCounts: false, fleets: [{count: 30, endsAfter: 6m, vanish: {share: 0.2, after: 2m}}]}',
    );
    expect(verdicts.gone).toBeGreaterThan(0);
    expect((verdicts.gone ?? 0) + (verdicts.deployed ?? 0)).toBe(30);
    expect(cloud.seen.length).toBeGreaterThan(0);
  });

  it('without RackConnect are said to be so after the time for it', async () => {
    const { verdicts, endedMs } = await runRemote(
      '{fleets: [{count: 40, outcomes: {NONE: 1}, activeAfter: 2m}]}',
      {
        rules: { noRackconnectAfterMs: 5 * minute },
      },
    );
    expect(verdicts).toEqual({ 'no-rackconnect': 40 });
    expect(endedMs).toBeGreaterThanOrEqual(7 * minute);
    expect(endedMs).toBeLessThan(8.5 * minute);
  });

  it('of Managed Operations accounts are waited for until the second automation has ended', async () => {
    const scenario = '{fleets: [{count: 20, endsAfter: 1m, managed: {after: 10m}}]}';
    const one = await runRemote(scenario, { rules: { managed: true } });
    const other = await runRemote(scenario);
    expect([one.verdicts, other.verdicts]).toEqual([{ deployed: 20 }, { deployed: 20 }]);
    expect(one.endedMs).toBeGreaterThan(11 * minute);
    expect(other.endedMs).toBeLessThan(2 * minute);
    const failed = await runRemote(
      '{fleets: [{count: 20, endsAfter: 1m, managed: {after: 10m, outcome: Build Error}}]}',
      { rules: { managed: true } },
    );
    expect(failed.verdicts).toEqual({ failed: 20 });
  });

  it('in several regions are followed side by side', async () => {
    const { verdicts, end, endedMs } = await runRemote(
      '{fleets: [{count: 20, endsAfter: 3m}, {count: 30, region: DFW, endsAfter: 4m, outcomes: {FAILED: 1}}]}',
      { regions: ['ORD', 'DFW'] },
    );
    expect(verdicts).toEqual({ deployed: 20, failed: 30 });
    expect(end.regions.map(({ code, servers }) => [code, servers.length])).toEqual([
      ['ORD', 20],
      ['DFW', 30],
    ]);
    expect(endedMs).toBeLessThan(4.5 * minute);
  });
});

describe('a region that cannot be looked at', () => {
  const scenario =
    '{fleets: [{count: 20, endsAfter: 1m}, {count: 10, region: DFW, endsAfter: 1m}, {count: 10, region: DFW, endsAfter: 1h}]}';
  const regions = ['ORD', 'DFW'];
  const dfwUntil =
    (untilMs: number, status = 503) =>
    (target: string, atMs: number) =>
      target.includes('/dfw/') && atMs < untilMs ? status : undefined;
  const kinds = (events: readonly { readonly kind: string }[]) => new Set(events.map(({ kind }) => kind));

  it('does not keep the others from being followed, and nothing is begun until it was', async () => {
    const { end, events, verdicts } = await runRemote(scenario, {
      regions,
      deadlineMs: 5 * minute,
      breaks: dfwUntil(Number.POSITIVE_INFINITY),
    });
    expect(end).toMatchObject({
      kind: 'deadline',
      regions: [{ looked: true }, { looked: false, trouble: 'it answers with status 503', servers: [] }],
    });
    expect(verdicts).toEqual({ deployed: 20 });
    expect(kinds(events)).toEqual(new Set(['trouble']));
  });

  it('is waited for until it can, and then all is told that was held back', async () => {
    const { events, verdicts } = await runRemote(scenario, {
      regions,
      deadlineMs: 5 * minute,
      breaks: dfwUntil(2 * minute),
    });
    expect(verdicts).toEqual({ deployed: 30, waiting: 10 });
    const told = events.filter(({ kind }) => kind === 'found' || kind === 'server');
    expect(told.slice(0, 2).map(({ kind }) => kind)).toEqual(['found', 'found']);
    const deployed = told.filter((event) => event.kind === 'server' && event.server.verdict === 'deployed');
    expect(deployed).toHaveLength(30);
  });

  it('is not waited for where the ids that were named are all found elsewhere', async () => {
    const named = ['00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000007'];
    const { end, verdicts, endedMs, events } = await runRemote(scenario, {
      regions,
      selection: { all: false, named },
      breaks: dfwUntil(Number.POSITIVE_INFINITY),
    });
    expect(verdicts).toEqual({ deployed: 2 });
    expect(end).toMatchObject({ kind: 'done', regions: [{ looked: true }, { looked: true, servers: [] }] });
    expect(endedMs).toBeLessThan(1.5 * minute);
    expect(events.filter(({ kind }) => kind === 'trouble').length).toBeLessThan(3);
  });

  it('and that refuses us ends the wait, with nothing begun', async () => {
    const events: string[] = [];
    const run = runRemote(scenario, {
      regions,
      breaks: dfwUntil(Number.POSITIVE_INFINITY, 403),
      onEvent: ({ kind }) => events.push(kind),
    });
    await expect(run).rejects.toMatchObject({
      code: 'API_REFUSED',
      message: expect.stringMatching(/^cannot ask for the servers in DFW: /),
    });
    expect(new Set(events)).toEqual(new Set(['trouble']));
  });
});

describe("an end that is not the servers'", () => {
  const slow = '{fleets: [{count: 20, endsAfter: 30m}]}';

  it('the deadline tells where everything stood', async () => {
    const { end, verdicts, endedMs } = await runRemote(slow, { deadlineMs: 5 * minute });
    expect(end.kind).toBe('deadline');
    expect(verdicts).toEqual({ waiting: 20 });
    expect(end.regions[0]?.answered).toBe(true);
    expect(endedMs).toBe(5 * minute);
  });

  it('an interrupt does so too, at once', async () => {
    const controller = new AbortController();
    const { end, verdicts } = await runRemote(slow, {
      signal: controller.signal,
      onEvent: ({ kind }) => {
        if (kind === 'found') controller.abort(new Error('Ctrl-C'));
      },
    });
    expect([end.kind, verdicts]).toEqual(['interrupted', { waiting: 20 }]);
  });

  it('an API that never answers leaves nothing known', async () => {
    const { end, tally } = await runRemote('{faults: [{kind: status, status: 500}]}', { deadlineMs: minute });
    expect(end).toMatchObject({
      kind: 'deadline',
      regions: [{ servers: [], looked: false, answered: false, trouble: 'it answers with status 500' }],
    });
    expect(tally.failed).toBeGreaterThan(2);
  });

  it('a bare token that runs out ends the wait, with what was known', async () => {
    const { end, verdicts } = await runRemote(
      '{tokenLife: 5m, fleets: [{count: 20, endsAfter: {from: 1m, to: 9m}}]}',
      { token: true },
    );
    expect(end.kind).toBe('done');
    expect(end.regions[0]?.refused).toMatchObject({
      code: 'API_REFUSED',
      message: expect.stringMatching(/the token from OS_TOKEN is no longer accepted/),
    });
    expect(verdicts.waiting).toBeGreaterThan(0);
    expect(verdicts.deployed).toBeGreaterThan(0);
  });

  it('a login that runs out is made again, and nobody notices', async () => {
    const { verdicts, tally } = await runRemote(
      '{tokenLife: 90s, fleets: [{count: 20, endsAfter: {from: 1m, to: 9m}}]}',
    );
    expect(verdicts).toEqual({ deployed: 20 });
    expect(tally.failed).toBe(0);
  });

  it.each<[string, string, object, string, RegExp]>([
    ['a wrong key', '{}', { key: 's3cret' }, 'API_REFUSED', /the API key is not accepted/],
    [
      'an account without the right',
      '{faults: [{kind: status, status: 403}]}',
      {},
      'API_REFUSED',
      /cannot ask for the servers in ORD: the account may not ask there \(403\)/,
    ],
    [
      'an unknown server',
      '{}',
      { selection: { all: false, named: ['x'] } },
      'CONFIGURATION',
      /cannot wait for x: no such server in ORD/,
    ],
    [
      'an unknown id',
      '{}',
      { selection: { all: false, named: ['00000000-0000-4000-8000-00000000ffff'] } },
      'CONFIGURATION',
      /no such server in ORD/,
    ],
    [
      'nothing that fits',
      '{}',
      { selection: { all: false, globs: ['x*'] } },
      'CONFIGURATION',
      /no server in ORD fits/,
    ],
  ])('%s is an error, before anything is begun for a server', async (_, scenario, options, code, message) => {
    const events: string[] = [];
    const run = runRemote(scenario, { ...options, onEvent: ({ kind }) => events.push(kind) });
    await expect(run).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(events.filter((kind) => kind === 'server')).toEqual([]);
  });

  it('a region that the account has not is a trouble that ends at the deadline', async () => {
    const { end } = await runRemote('{}', { regions: ['LON'], deadlineMs: minute });
    expect(end).toMatchObject({
      kind: 'deadline',
      regions: [{ trouble: 'there is no Cloud Servers API (404)' }],
    });
  });

  it('trouble is told with its time, and so is its end', async () => {
    const { events } = await runRemote(
      '{fleets: [{count: 20, endsAfter: 5m}], faults: [{kind: status, status: 429, retryAfter: 30s, from: 1m, to: 2m}]}',
    );
    const told = events.filter(({ kind }) => kind === 'trouble' || kind === 'recovered');
    expect(told[0]).toMatchObject({ kind: 'trouble', reason: 'too many requests (429)' });
    expect(told.at(-1)?.kind).toBe('recovered');
    for (const event of told) if (event.kind === 'trouble') expect(event.untilMs - event.nowMs).toBe(30_000);
  });
});
