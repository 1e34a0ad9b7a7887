import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../../src/base/error.ts';
import type { ExecEnd } from '../../../src/remote/exec.ts';
import type { RegionEnd, RemoteEnd } from '../../../src/remote/remote.ts';
import type { RemoteEvent, Watched } from '../../../src/remote/types.ts';
import {
  beginRemote,
  eventLine,
  noteEvent,
  noteExec,
  remoteTable,
} from '../../../src/report/remote/progress.ts';
import { humanRemote, remoteResult } from '../../../src/report/remote/result.ts';
import { faultsIn } from '../schema.ts';

const faults = faultsIn('remote');
const eventFaults = faultsIn('remote-event');
const requests = { sent: 3, limited: 1, failed: 0 };

function server(name: string, part: Partial<Watched> = {}): Watched {
  return {
    id: `id-${name}`,
    name,
    region: 'ORD',
    serverStatus: 'ACTIVE',
    automation: 'DEPLOYING',
    managed: undefined,
    ip: '198.51.100.7',
    serviceNetIp: undefined,
    verdict: undefined,
    why: 'the automation is at work',
    bareSinceMs: undefined,
    foundMs: 1_000,
    endedMs: undefined,
    ...part,
  };
}
const ended = (name: string, verdict: Watched['verdict']) =>
  server(name, { verdict, endedMs: 61_000, why: undefined });

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

describe('for a person', () => {
  it('every server that is not deployed has its line, up to a number, and none has a control character', () => {
    const servers = Array.from({ length: 60 }, (_, index) => ended(`s${index}\u001b[2J\n`, 'failed'));
    const text = humanRemote(result('done', servers).document);
    expect(text.split('\n')).toHaveLength(1 + 50 + 1 + 1 + 1);
    expect(text).toContain('  … and 10 more servers\n');
    expect(text).not.toContain('\u001b');
  });
});

describe('the live table', () => {
  const events: readonly RemoteEvent[] = [
    { kind: 'found', region: 'ORD', servers: 9, nowMs: 2_000 },
    ...Array.from(
      { length: 7 },
      (_, index): RemoteEvent => ({ kind: 'server', server: server(`web-${index}`), nowMs: 2_000 }),
    ),
    {
      kind: 'server',
      server: server('new', { automation: undefined, serverStatus: 'BUILD', why: 'the server is BUILD' }),
      nowMs: 2_000,
    },
    { kind: 'server', server: ended('bad', 'failed'), nowMs: 3_000 },
    { kind: 'server', server: ended('good', 'deployed'), nowMs: 3_000 },
    { kind: 'trouble', region: 'ORD', reason: 'too many requests (429)', untilMs: 33_000, nowMs: 3_000 },
  ];
  const shown = (columns = 100) => {
    const progress = beginRemote(1_000, 3_601_000);
    for (const event of events) noteEvent(progress, event);
    noteExec(progress, { server: server('good'), exit: 1, reason: 'ended with status 1', tookMs: 1 });
    return { progress, lines: remoteTable(progress, 13_000, columns) };
  };

  it('shows the counts, the slowest, the failed with their reasons, and which region is in trouble', () => {
    expect(shown().lines).toMatchInlineSnapshot(`
      [
        "1 of 10 servers deployed   8 waiting   1 failed or gone   waited 12 s of 1 h",
        "  1 command ended, 1 of them not well",
        "  slowest:",
        "    new   ORD  BUILD          the server is BUILD",
        "    web-0 ORD  DEPLOYING      the automation is at work",
        "    web-1 ORD  DEPLOYING      the automation is at work",
        "    web-2 ORD  DEPLOYING      the automation is at work",
        "    web-3 ORD  DEPLOYING      the automation is at work",
        "    … and 3 more",
        "  not deployed:",
        "    bad ORD  failed",
        "  ORD: too many requests (429); asking again in 20 s",
      ]
    `);
  });

  it('forgets a trouble that is over, and begins with what it is looking for', () => {
    const { progress } = shown();
    noteEvent(progress, { kind: 'recovered', region: 'ORD', nowMs: 4_000 });
    expect(remoteTable(progress, 13_000, 100).join('\n')).not.toContain('429');
    expect(remoteTable(beginRemote(1_000, Number.POSITIVE_INFINITY), 3_000, 100)).toEqual([
      'looking for servers (0 so far)   waited 2 s no deadline',
    ]);
  });

  it('forgets the trouble of a region that need not be looked at any longer', () => {
    const { progress } = shown();
    noteEvent(progress, { kind: 'found', region: 'ORD', servers: 0, nowMs: 4_000 });
    expect(remoteTable(progress, 13_000, 100).join('\n')).not.toContain('429');
  });

  it('has no line that is wider than the terminal, and no control character', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 120 }), (name, why, columns) => {
        const progress = beginRemote(0, 1_000);
        noteEvent(progress, { kind: 'server', server: server(name, { why }), nowMs: 0 });
        noteEvent(progress, {
          kind: 'server',
          server: server(`${name}2`, { why, verdict: 'gone', endedMs: 1 }),
          nowMs: 0,
        });
        noteEvent(progress, { kind: 'trouble', region: 'ORD', reason: why, untilMs: 5, nowMs: 0 });
        for (const line of remoteTable(progress, 10, columns)) {
          expect([...line].length).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});

describe('an event for a program', () => {
  it.each<[string, Parameters<typeof eventLine>[0]]>([
    ['found', { kind: 'found', region: 'ORD', servers: 2, nowMs: 0 }],
    ['a server', { kind: 'server', server: server('a'), nowMs: 0 }],
    ['a server that ended', { kind: 'server', server: ended('a', 'no-rackconnect'), nowMs: 0 }],
    ['trouble', { kind: 'trouble', region: 'ORD', reason: 'no', untilMs: 1_500, nowMs: 1_000 }],
    ['trouble that is over', { kind: 'recovered', region: 'ORD', nowMs: 0 }],
    ['a command', { kind: 'exec', server: server('a'), exit: undefined, reason: 'interrupted', tookMs: 2.5 }],
  ])('%s is one line, as it is published', (_, event) => {
    const line = eventLine(event, Date.UTC(2026, 0, 1));
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    expect(eventFaults(JSON.parse(line))).toEqual([]);
    expect(JSON.parse(line)).toMatchSnapshot();
  });
});
