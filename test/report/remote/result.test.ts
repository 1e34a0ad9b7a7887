import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import type { ExecEnd } from '../../../src/remote/exec.ts';
import type { RegionEnd, RemoteEnd } from '../../../src/remote/remote.ts';
import type { Watched } from '../../../src/remote/types.ts';
import { remoteResult } from '../../../src/report/remote/result.ts';
import { humanRemote } from '../../../src/report/remote/summary.ts';
import { faultsIn } from '../schema.ts';
import { ended, server } from './fleet.ts';

const faults = faultsIn('remote');
const requests = { sent: 3, limited: 1, failed: 0 };

function result(
  kind: RemoteEnd['kind'],
  servers: readonly Watched[],
  part: Partial<RegionEnd> = {},
  more: { named?: string[]; execs?: ExecEnd[]; by?: 'SIGINT' | 'SIGTERM' } = {},
) {
  const region = {
    code: 'ORD',
    servers,
    looked: true,
    answered: true,
    trouble: undefined,
    refused: undefined,
    ...part,
  };
  const ran = remoteResult(
    { kind, regions: [region] },
    {
      named: more.named ?? [],
      startedMs: 1_000,
      startedWallMs: Date.UTC(2026, 0, 1),
      nowMs: 121_000,
      requests,
      execs: new Map((more.execs ?? []).map((one) => [one.server.id, one])),
      interruptedBy: more.by,
    },
  );
  expect(faults(ran.document)).toEqual([]);
  return ran;
}

describe('the exit status is that of the worst server', () => {
  const all = ['failed', 'gone', 'unprocessable', 'no-rackconnect', 'deployed'] as const;
  const exits = { failed: 1, gone: 1, unprocessable: 3, 'no-rackconnect': 3, deployed: 0 };

  it('whatever the others are: failed, gone, unprocessable, without RackConnect, deployed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 20 }), (verdicts) => {
        const { document, exit } = result(
          'done',
          verdicts.map((verdict, index) => ended(`s${index}`, verdict)),
        );
        const worst = all.find((one) => verdicts.includes(one)) ?? 'deployed';
        expect([document.outcome, exit]).toEqual([worst, exits[worst]]);
        for (const one of all)
          expect(document.counts[one]).toBe(verdicts.filter((verdict) => verdict === one).length);
      }),
    );
  });

  it.each<[string, () => ReturnType<typeof result>, string, number]>([
    ['the deadline', () => result('deadline', [ended('a', 'deployed'), server('b')]), 'timeout', 124],
    [
      'the deadline, with a failure',
      () => result('deadline', [ended('a', 'failed'), server('b')]),
      'failed',
      1,
    ],
    [
      'an API that never answered',
      () => result('deadline', [], { answered: false, looked: false, trouble: 'connection refused' }),
      'unavailable',
      69,
    ],
    [
      'the same for servers that were named',
      () =>
        result(
          'deadline',
          [],
          { answered: false, looked: false, trouble: 'connection refused' },
          { named: ['web'] },
        ),
      'unavailable',
      69,
    ],
    ['a look that never came to its end', () => result('deadline', [], { looked: false }), 'timeout', 124],
    [
      'credentials that were refused on the way',
      () =>
        result('done', [server('a')], {
          refused: new RcWaitError('API_REFUSED', 'cannot go on: no', { hint: 'do' }),
        }),
      'refused',
      77,
    ],
    [
      'Ctrl-C',
      () => result('interrupted', [ended('a', 'failed'), server('b')], {}, { by: 'SIGINT' }),
      'interrupted',
      130,
    ],
    [
      'SIGTERM',
      () => result('interrupted', [], { looked: false }, { by: 'SIGTERM', named: ['x'] }),
      'interrupted',
      143,
    ],
    [
      'a command that failed',
      () =>
        result(
          'done',
          [ended('a', 'deployed')],
          {},
          { execs: [{ server: server('a'), exit: 7, reason: 'ended with status 7', tookMs: 3 }] },
        ),
      'exec-failed',
      1,
    ],
    [
      'a command that did not',
      () =>
        result(
          'done',
          [ended('a', 'deployed')],
          {},
          { execs: [{ server: server('a'), exit: 0, reason: undefined, tookMs: 3 }] },
        ),
      'deployed',
      0,
    ],
  ])('%s', (_, run, outcome, exit) => {
    const ran = run();
    expect([ran.document.outcome, ran.exit]).toEqual([outcome, exit]);
    expect(ran.document).toMatchSnapshot();
    expect(humanRemote(ran.document)).toMatchSnapshot();
  });
});

describe('servers of a region that could not be looked at', () => {
  const seen = { code: 'ORD', looked: true, answered: true, trouble: undefined, refused: undefined };
  const blind = { code: 'DFW', looked: false, answered: false, trouble: 'it answers with status 503' };
  const resultOf = (verdict: Watched['verdict'], part: Partial<RegionEnd>) =>
    remoteResult(
      {
        kind: 'deadline',
        regions: [
          { ...seen, servers: [ended('a', verdict)] },
          { ...seen, servers: [], ...blind, ...part },
        ],
      },
      {
        named: [],
        startedMs: 1_000,
        startedWallMs: Date.UTC(2026, 0, 1),
        nowMs: 121_000,
        requests,
        execs: new Map(),
        interruptedBy: undefined,
      },
    );

  it.each<[string, Watched['verdict'], Partial<RegionEnd>, string, number]>([
    ['never answered', 'deployed', {}, 'unavailable', 69],
    ['answered something', 'deployed', { answered: true }, 'timeout', 124],
    ['never answered, where another failed', 'failed', {}, 'failed', 1],
  ])('that %s are no good end, and the message names it', (_, verdict, part, outcome, exit) => {
    const ran = resultOf(verdict, part);
    expect(faults(ran.document)).toEqual([]);
    expect([ran.document.outcome, ran.exit]).toEqual([outcome, exit]);
    expect(ran.document.counts).toMatchObject({ [verdict ?? '']: 1, unavailable: 0, timeout: 0 });
    expect(ran.document.message).toMatch(/; the servers in DFW are not known: it answers with status 503$/);
  });
});

describe('a server in the document', () => {
  it('has its addresses, and how long it was deploying: nobody knows where it had ended before', () => {
    const { document } = result('deadline', [
      ended('b', 'deployed'),
      server('c'),
      ended('a', 'deployed', { foundMs: 61_000 }),
    ]);
    expect(
      document.servers.map(({ name, deploying_ms, addresses }) => [name, deploying_ms, addresses]),
    ).toEqual([
      ['a', null, { public: ['198.51.100.7', '2001:db8::7'] }],
      ['b', 120_000, { public: ['198.51.100.7', '2001:db8::7'] }],
      ['c', 180_000, { public: ['198.51.100.7', '2001:db8::7'] }],
    ]);
    expect([document.started_at, document.ended_at]).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:02:00.000Z',
    ]);
  });

  it('stands where a person looks for its name: web-2 before web-10', () => {
    const names = ['web-10', 'Web-1', 'web-2', 'db', 'web-1'];
    expect(
      result(
        'done',
        names.map((name) => ended(name, 'deployed')),
      ).document.servers.map(({ name }) => name),
    ).toEqual(['db', 'web-1', 'Web-1', 'web-2', 'web-10']);
  });
});
