import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RemoteEvent } from '../../../src/remote/types.ts';
import { beginRemote, noteEvent, noteExec } from '../../../src/report/remote/progress.ts';
import { progressWords, remoteTable } from '../../../src/report/remote/table.ts';
import { colourPaint } from '../../../src/report/screen/paint.ts';
import { ended, server } from './fleet.ts';

describe('the live table', () => {
  const events: readonly RemoteEvent[] = [
    { kind: 'found', region: 'ORD', servers: 9, nowMs: 2_000 },
    ...Array.from(
      { length: 7 },
      (_, index): RemoteEvent => ({ kind: 'server', server: server(`web-${index + 8}`), nowMs: 2_000 }),
    ),
    {
      kind: 'server',
      server: server('old', {
        automation: undefined,
        serverStatus: 'BUILD',
        why: 'the server is BUILD',
        sinceMs: -3_000_000,
      }),
      nowMs: 2_000,
    },
    { kind: 'server', server: ended('bad', 'failed'), nowMs: 3_000 },
    { kind: 'server', server: ended('none', 'unprocessable', { why: 'no device' }), nowMs: 3_000 },
    { kind: 'server', server: ended('good', 'deployed'), nowMs: 3_000 },
    { kind: 'trouble', region: 'ORD', reason: 'too many requests (429)', untilMs: 33_000, nowMs: 3_000 },
  ];
  const shown = (columns = 100) => {
    const progress = beginRemote(1_000, 3_601_000);
    for (const event of events) noteEvent(progress, event);
    noteExec(progress, { server: server('good'), exit: 1, reason: 'ended with status 1', tookMs: 1 });
    return { progress, lines: remoteTable(progress, 13_000, columns) };
  };

  it('shows the counts, who has been waiting the longest, the failed with their reasons, and which region is in trouble', () => {
    expect(shown().lines).toMatchInlineSnapshot(`
      [
        "██▓▓▓▓▓░░░░░░░░░░░░░░░░░░░░░░░  1 of 11 deployed  1 failed  1 unprocessable  8 waiting  12 s of 1 h",
        "  1 command ended, 1 failed",
        "  waiting, the longest first:",
        "    old    ORD  BUILD          50 min 13 s  the server is BUILD",
        "    web-8  ORD  DEPLOYING      1 min 12 s   the automation is at work",
        "    web-9  ORD  DEPLOYING      1 min 12 s   the automation is at work",
        "    web-10 ORD  DEPLOYING      1 min 12 s   the automation is at work",
        "    web-11 ORD  DEPLOYING      1 min 12 s   the automation is at work",
        "    … and 3 more",
        "  not deployed:",
        "    bad  ORD  failed         2 min",
        "    none ORD  unprocessable  2 min  no device",
        "  ORD: too many requests (429); asking again in 20 s",
      ]
    `);
  });

  it('forgets a trouble that is over, and begins with what it is looking for', () => {
    const { progress } = shown();
    noteEvent(progress, { kind: 'recovered', region: 'ORD', nowMs: 4_000 });
    expect(remoteTable(progress, 13_000, 100).join('\n')).not.toContain('429');
    expect(remoteTable(beginRemote(1_000, Number.POSITIVE_INFINITY), 3_000, 100)).toEqual([
      'looking for servers (0 so far)  2 s',
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

  it('is one line of progress on a usual terminal, with its colours and the same words without', () => {
    const { progress } = shown();
    const [line = ''] = remoteTable(progress, 13_000, 120, colourPaint);
    expect(line).toContain(`\u001b[32m█`);
    expect(line).toContain(`\u001b[1;31m1 failed\u001b[0m`);
    expect(line).toContain(`\u001b[33m1 unprocessable\u001b[0m`);
    expect(stripVTControlCharacters(line)).toBe(remoteTable(progress, 13_000, 120)[0]);
  });

  it('is one line at 80 columns, with shorter parts, and more lines only where nothing else helps', () => {
    const { progress } = shown();
    const heads = (columns: number) =>
      remoteTable(progress, 1_000 + 725_000, columns).filter((line) => !line.startsWith('  '));
    expect(heads(79)).toHaveLength(1);
    expect(heads(79)[0]).toMatch(
      /^█▓+░+ {2}1 of 11 deployed {2}1 failed {2}1 unprocessable {2}8 waiting {2}12 min 5 s$/,
    );
    expect(heads(60)).toEqual(['1 of 11 deployed  1 failed  1 unprocessable  8 waiting', '12 min 5 s']);
  });

  it('is a sentence where there is no terminal', () => {
    expect(progressWords(shown().progress, 13_000)).toBe(
      '1 of 11 servers deployed, 1 failed, 1 unprocessable, 8 waiting; the longest: old (ORD), for 50 min 13 s',
    );
    expect(progressWords(beginRemote(0, 1_000), 0)).toBe('looking for servers (0 so far)');
  });
});
