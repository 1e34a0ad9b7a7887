import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delay } from '../../../src/pace/types.ts';
import {
  advance,
  begin,
  change,
  type Progress,
  statusLine,
  withHindrance,
} from '../../../src/report/progress.ts';
import { lastTaskLines } from '../../../src/report/screen/task-lines.ts';
import { paint, type ScreenLine } from '../../../src/report/screen/text.ts';
import { waitBlock } from '../../../src/report/screen/wait-block.ts';
import type { JobEvent, Phase } from '../../../src/wait/job.ts';
import { columnsOf, hostileText, unsafe } from '../text.ts';

const tally = { sent: 3, refused: 1, shared: 2 };
const phase = (name: Phase): JobEvent => ({ kind: 'phase', phase: name });
const delay = (value: Delay): JobEvent => ({ kind: 'delay', delay: value });
const deploying = (
  askedMs: number,
  tasks: readonly (readonly [name: string, status: string])[],
): JobEvent => ({
  kind: 'answer',
  askedMs,
  shared: false,
  verdict: {
    kind: 'not-yet',
    why: 'task "Update access" is IN_PROGRESS',
    seen: { status: 'DEPLOYING', tasks: tasks.map(([name, status]) => ({ name, status })) },
  },
});
const trouble = (why: string): JobEvent => ({
  kind: 'answer',
  askedMs: 0,
  shared: false,
  verdict: { kind: 'error', refused: false, why },
});
const having = (...events: JobEvent[]): Progress =>
  [phase('automation'), ...events].reduce(advance, begin(1_000, 61_000));
const plain = (lines: readonly ScreenLine[]): string[] => lines.map((line) => paint(line, false));
const shown = (progress: Progress, columns = 79, rows = 23, nowMs = 13_000): string[] =>
  plain(waitBlock(progress, tally, nowMs, { columns, rows }));

const at: JobEvent = delay({ because: 'pace', untilMs: 15_000 });
const some = (words: readonly string[]): readonly (readonly [string, string])[] =>
  words.map((status, index) => [`RackConnect: step ${'abcdefghijklmnopqrstuvwxyz'[index]}`, status]);

describe('the live block', () => {
  it('shows the status, the time, the running tasks, what it waits for and the next request', () => {
    const before = deploying(3_000, [
      ['Add "rackconnect" user', 'IN_PROGRESS'],
      ['Update access', 'PENDING'],
    ]);
    const now = deploying(8_000, [
      ['Add "rackconnect" user', 'COMPLETED'],
      ['Update access', 'IN_PROGRESS'],
    ]);
    expect(shown(having(before, now, at))).toEqual([
      'RackConnect: DEPLOYING   waited 12 s of 1 min',
      '  IN_PROGRESS  Update access  for 5 s',
      '  1 task has ended',
      '  waiting for: task "Update access" is IN_PROGRESS',
      '  next request: in 2 s (3 sent, 1 refused)',
    ]);
  });

  it('says that nothing is known yet, and that there is no deadline', () => {
    const progress = begin(0, Number.POSITIVE_INFINITY);
    const none = { sent: 0, refused: 0, shared: 0 };
    expect(plain(waitBlock(progress, none, 0, { columns: 79, rows: 23 }))).toEqual([
      'RackConnect: no answer yet   waited 0 s, no deadline',
      '  waiting for: the first answer',
      '  next request: now (0 sent)',
    ]);
  });

  it('says what holds it up, and does not wait for that', () => {
    const failed = delay({ because: 'failed', times: 2, untilMs: 15_000 });
    expect(shown(having(trouble('connection reset'), failed))[1]).toBe(
      '  held up: no usable answer 2 times: connection reset',
    );
    expect(shown(having(trouble('connection reset')))[1]).toBe('  held up: connection reset');
    expect(shown(withHindrance(having(), 'eth1 has no IPv4 address yet'))[1]).toBe(
      '  held up: eth1 has no IPv4 address yet',
    );
  });

  it('promises no request after the deadline', () => {
    const late = delay({ because: 'failed', times: 2, untilMs: 70_000 });
    expect(shown(having(late), 79, 23, 57_000).at(-1)).toBe(
      '  next request: none before the deadline in 4 s (3 sent, 1 refused)',
    );
  });

  it('has the running tasks first, then what failed, and leaves out what all names begin with', () => {
    const tasks = some(['COMPLETED', 'PENDING', 'FAILED', 'IN_PROGRESS']);
    expect(shown(having(deploying(3_000, tasks), at)).slice(1, 5)).toEqual([
      '  IN_PROGRESS  d  for over 10 s',
      '  FAILED       c  ended before the first look',
      '  PENDING      b',
      '  1 task has ended',
    ]);
  });

  it('counts the tasks for which there is no room', () => {
    const words = [...Array(4).fill('COMPLETED'), ...Array(9).fill('PENDING'), ...Array(5).fill('RUNNING')];
    const progress = having(deploying(3_000, some(words)), at);
    expect(shown(progress, 79, 9)).toEqual([
      'RackConnect: DEPLOYING   waited 12 s of 1 min',
      '  RUNNING      n  for over 10 s',
      '  RUNNING      o  for over 10 s',
      '  RUNNING      p  for over 10 s',
      '  RUNNING      q  for over 10 s',
      '  RUNNING      r  for over 10 s',
      '  … and 9 waiting, 4 ended',
      '  waiting for: task "Update access" is IN_PROGRESS',
      '  next request: in 2 s (3 sent, 1 refused)',
    ]);
    expect(shown(progress, 79, 5)[1]).toBe('  RUNNING      n  for over 10 s');
    expect(shown(progress, 79, 4)[1]).toBe('  … and 5 running, 9 waiting, 4 ended');
  });

  it('wraps the reason and never cuts it, on a narrow terminal too', () => {
    const refused = delay({ because: 'refused', times: 3, untilMs: 15_000 });
    const progress = having(deploying(3_000, some(['RUNNING', 'RUNNING', 'PENDING'])), refused);
    expect(shown(progress, 39, 14)).toEqual([
      'DEPLOYING   waited 12 s of 1 min',
      '  RUNNING      a  for over 10 s',
      '  RUNNING      b  for over 10 s',
      '  PENDING      c',
      '  held up: refused (403) 3 times:',
      '    something else on this server',
      "    (another user's rc-wait, too) is",
      '    using the 30 requests a minute, or',
      '    requests do not leave by its',
      '    ServiceNet address',
      '  next request: in 2 s',
    ]);
    expect(shown(progress, 39, 8).slice(1).join(' ')).toContain('ServiceNet address');
    expect(shown(progress, 39, 3)).toEqual([
      'DEPLOYING   waited 12 s of 1 min',
      '  held up: refused (403) 3 times:',
      '    something else on this server…',
    ]);
  });

  it('shows the letters of the reason on a very narrow terminal, too', () => {
    const progress = having(trouble('no route'));
    expect(shown(progress, 4, 9).slice(1, 5)).toEqual(['held', 'up:', 'no', 'rout']);
    expect(shown(progress, 1, 3)).toHaveLength(3);
    for (const size of [
      [0, 5],
      [-1, 5],
      [5, 0],
      [5, -1],
    ] as const)
      expect(shown(progress, ...size)).toEqual([]);
  });

  it('cuts a long name and not its time', () => {
    const long = 'A task with a name that is a good deal longer than the terminal is wide';
    expect(shown(having(deploying(3_000, [[long, 'RUNNING']])), 39)[1]).toBe(
      '  RUNNING      A task w…  for over 10 s',
    );
    expect(shown(having(deploying(3_000, [[long, 'RUNNING']])), 59)[1]).toBe(
      '  RUNNING      A task with a name that is a…  for over 10 s',
    );
  });

  it('says where the next request is made by another process', () => {
    expect(shown(having(delay({ because: 'in-flight', untilMs: 15_000 }))).at(-1)).toBe(
      '  next request: under way, by another rc-wait process (3 sent, 1 refused)',
    );
  });

  it('waits for nothing more, and needs no request, when the status is told', () => {
    const done: JobEvent = {
      ...{ kind: 'answer', askedMs: 8_000, shared: false },
      verdict: { kind: 'done', value: { status: 'DEPLOYED', tasks: [] } },
    };
    expect(shown(having(done, at)).slice(1)).toEqual([
      '  the wait is ending',
      '  next request: none is needed (3 sent, 1 refused)',
    ]);
  });

  it('says "now" of a request in less than a second, and whole seconds else', () => {
    const next = (untilMs: number) => shown(having(delay({ because: 'pace', untilMs }))).at(-1);
    expect(next(13_576)).toBe('  next request: now (3 sent, 1 refused)');
    expect(next(14_240)).toBe('  next request: in 1 s (3 sent, 1 refused)');
  });

  it('needs no next request while the network is configured', () => {
    expect(shown(having(phase('network'))).slice(-2)).toEqual([
      '  DEPLOYED; configuring the network',
      '  next request: none is needed (3 sent, 1 refused)',
    ]);
  });

  it('is in colour where the terminal has them', () => {
    const lines = waitBlock(having(deploying(3_000, some(['FAILED'])), at), tally, 13_000, {
      columns: 79,
      rows: 23,
    });
    expect(lines.map((line) => paint(line, true)).slice(0, 2)).toEqual([
      'RackConnect: \u001b[1mDEPLOYING\u001b[0m   waited 12 s of 1 min',
      '  \u001b[1;31mFAILED\u001b[0m       RackConnect: step a  \u001b[2mended before the first look\u001b[0m',
    ]);
  });
});

describe('what stays on the screen', () => {
  it('is every task with its whole name and its time', () => {
    const before = deploying(3_000, [
      ['Add "rackconnect" user', 'IN_PROGRESS'],
      ['Update access', 'PENDING'],
    ]);
    const now = deploying(8_000, [
      ['Add "rackconnect" user', 'COMPLETED'],
      ['Update access', 'FAILED'],
    ]);
    const { tasks } = having(before, now);
    expect(plain(lastTaskLines(tasks, 9_000, 79))).toEqual([
      '  COMPLETED    Add "rackconnect" user, took over 5 s',
      '  FAILED       Update access, took 5 s at most',
    ]);
    expect(plain(lastTaskLines(tasks, 9_000, 34))).toEqual([
      '  COMPLETED    Add "rackconnect"',
      '               user, took over 5 s',
      '  FAILED       Update access, took',
      '               5 s at most',
    ]);
    expect(plain(lastTaskLines(tasks, 9_000, 20))[0]).toBe('  COMPLETED');
  });

  it('is one line a task where no name has room, and nothing on a terminal without a column', () => {
    const { tasks } = having(deploying(3_000, [['Update access '.repeat(20), 'IN_PROGRESS']]));
    expect(plain(lastTaskLines(tasks, 9_000, 8))).toEqual(['  IN_PR…']);
    expect(plain(lastTaskLines(tasks, 9_000, 1))).toEqual(['…']);
    for (const columns of [0, -1]) expect(lastTaskLines(tasks, 9_000, columns)).toEqual([]);
    for (const line of plain(lastTaskLines(tasks, 9_000, 12)).slice(1)) expect(line).toMatch(/^ {4}\S/);
  });

  it('is a hundred tasks at most, those that did not end well among them', () => {
    const words = [...Array(150).fill('COMPLETED'), 'FAILED'];
    const { tasks } = having(
      deploying(
        3_000,
        words.map((status, index) => [`task ${index}`, status]),
      ),
    );
    const lines = plain(lastTaskLines(tasks, 9_000, 79));
    expect(lines[0]).toContain('FAILED');
    expect(lines.slice(-1)).toEqual(['  … and 51 more tasks']);
  });
});

describe('whatever the API sends, and however small the terminal is', () => {
  const details = fc.record({
    status: hostileText,
    tasks: fc.array(
      fc.record({
        name: hostileText,
        status: fc.oneof(hostileText, fc.constantFrom('PENDING', 'COMPLETED', 'FAILED')),
      }),
      {
        maxLength: 40,
      },
    ),
  });
  const event: fc.Arbitrary<JobEvent> = fc.oneof(
    fc.constantFrom<Phase>('region', 'automation', 'managed', 'features', 'gateway', 'network').map(phase),
    fc.record({ seen: details, instead: fc.boolean() }).map(({ seen, instead }) => ({
      kind: 'hint' as const,
      instead,
      verdict: { kind: 'not-yet' as const, why: 'so', seen },
    })),
    fc
      .record({ times: fc.nat(99), untilMs: fc.nat(1e6) })
      .chain(({ times, untilMs }) =>
        fc
          .constantFrom<Delay>(
            { because: 'pace', untilMs },
            { because: 'window', untilMs },
            { because: 'in-flight', untilMs },
            { because: 'refused', times, untilMs },
            { because: 'failed', times, untilMs },
          )
          .map(delay),
      ),
    hostileText.map(trouble),
    fc.record({ why: hostileText, seen: details, askedMs: fc.nat(1e6) }).map(
      ({ askedMs, ...rest }): JobEvent => ({
        kind: 'answer',
        askedMs,
        shared: false,
        verdict: { kind: 'not-yet', ...rest },
      }),
    ),
  );

  it('the block has never more lines, nor wider ones, and no control character', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 8 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(1e6),
        (events, columns, rows, nowMs) => {
          const progress = events.reduce(advance, begin(1_000, 61_000));
          const lines = shown(progress, columns, rows, nowMs);
          expect(lines.length).toBeLessThanOrEqual(rows);
          expect(lines.length).toBeGreaterThan(0);
          const last = plain(lastTaskLines(progress.tasks, nowMs, columns));
          for (const line of [...lines, ...last]) {
            expect(columnsOf(line)).toBeLessThanOrEqual(columns);
            expect(line).not.toMatch(unsafe);
          }
          expect(change(progress)).not.toMatch(unsafe);
          expect(statusLine(progress, nowMs)).not.toMatch(unsafe);
        },
      ),
    );
  });

  it('the reason is whole wherever it fits below the first line', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 20, max: 100 }),
        fc.integer({ min: 2, max: 30 }),
        (words, columns, rows) => {
          const why = words.join(' ');
          const progress = having(deploying(0, some(Array(26).fill('RUNNING'))), trouble(why));
          const whole = `held up: ${why}`.length / (columns - 16);
          const text = shown(progress, columns, rows)
            .map((line) => line.trim())
            .join(' ');
          if (whole <= rows - 2) expect(text).toContain(why);
          expect(shown(progress, columns, rows).length).toBeLessThanOrEqual(rows);
        },
      ),
    );
  });
});
