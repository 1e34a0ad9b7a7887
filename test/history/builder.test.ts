import { expect, it } from 'vitest';
import { RecordBuilder } from '../../src/history/builder.ts';
import { parseRecord } from '../../src/history/parse.ts';
import { isTaskOver } from '../../src/rackconnect/task-stage.ts';
import type { JobEvent } from '../../src/wait/job.ts';
import { faultsIn } from '../report/schema.ts';

const faults = faultsIn('wait-record');

const builder = (): RecordBuilder =>
  new RecordBuilder({
    boot_id: 'b',
    process: { pid: 1, started: '2' },
    started_at: '2026-11-28T23:02:24Z',
    started_boot_ms: 5_000,
    timeout_ms: 60_000,
    isEnded: isTaskOver,
  });

type Task = readonly [name: string, status: string];

const deploying = (...tasks: readonly Task[]): JobEvent => ({
  kind: 'answer',
  askedMs: 0,
  shared: false,
  verdict: {
    kind: 'not-yet',
    why: '…',
    seen: { status: 'DEPLOYING', tasks: tasks.map(([name, status]) => ({ name, status })) },
  },
});

const noAnswer = (refused: boolean, why = 'connection reset'): JobEvent => ({
  kind: 'answer',
  askedMs: 0,
  shared: false,
  verdict: { kind: 'error', refused, why },
});

it('a task has the time at which it was first seen, and at which it had ended', () => {
  const one = builder();
  one.see(deploying(['a', 'PENDING']), 100);
  one.see(deploying(['a', 'IN_PROGRESS'], ['b', 'PENDING']), 2_000);
  one.see(deploying(['a', 'COMPLETED'], ['b', 'FAILED']), 4_000);
  one.see(deploying(['a', 'COMPLETED'], ['b', 'FAILED']), 6_000);
  expect(one.record(1, 7_000).tasks).toMatchObject([
    {
      name: 'a',
      first_seen_ms: 100,
      last_seen_ms: 6_000,
      ended_ms: 4_000,
      changes: [
        { status: 'PENDING', at_ms: 100 },
        { status: 'IN_PROGRESS', at_ms: 2_000 },
        { status: 'COMPLETED', at_ms: 4_000 },
      ],
    },
    { name: 'b', first_seen_ms: 2_000, ended_ms: 4_000 },
  ]);
  expect(one.timesOf([{ name: 'b', status: 'FAILED' }])).toMatchObject([
    { firstSeenMs: 2_000, endedMs: 4_000 },
  ]);
  expect(one.timesOf([{ name: 'c', status: 'FAILED' }])).toEqual([undefined]);
});

it('a task that is tried again has not ended', () => {
  const one = builder();
  one.see(deploying(['a', 'FAILED']), 100);
  one.see(deploying(['a', 'IN_PROGRESS']), 200);
  expect(one.record(1, 300).tasks[0]?.ended_ms).toBeNull();
});

it('two tasks of one name are two', () => {
  const one = builder();
  one.see(deploying(['a', 'COMPLETED'], ['a', 'PENDING']), 100);
  expect(one.record(1, 300).tasks.map(({ ended_ms }) => ended_ms)).toEqual([100, null]);
});

it('failed polls in a row are one run, refusals another', () => {
  const one = builder();
  one.see(deploying(), 100, 40);
  for (const at of [2_000, 4_000, 6_000]) one.see(noAnswer(false), at, 40);
  one.see(noAnswer(true, '403'), 8_000, 40);
  one.see(deploying(), 9_000, 40);
  expect(one.record(1, 9_000).answers).toEqual([
    { from_ms: 60, to_ms: 100, usable: 1, refused: 0, failed: 0, why: null },
    { from_ms: 1_960, to_ms: 6_000, usable: 0, refused: 0, failed: 3, why: 'connection reset' },
    { from_ms: 7_960, to_ms: 8_000, usable: 0, refused: 1, failed: 0, why: '403' },
    { from_ms: 8_960, to_ms: 9_000, usable: 1, refused: 0, failed: 0, why: null },
  ]);
});

it('a change of the status is told from one of a task, and the network step from all else', () => {
  const one = builder();
  expect(one.see({ kind: 'phase', phase: 'automation' }, 0)).toBe('much');
  expect(one.see({ kind: 'phase', phase: 'automation' }, 0)).toBe('nothing');
  expect(one.see(deploying(['a', 'PENDING']), 1)).toBe('much');
  expect(one.see(deploying(['a', 'PENDING']), 2)).toBe('nothing');
  expect(one.see(deploying(['a', 'COMPLETED']), 3)).toBe('little');
  expect(one.see(noAnswer(false), 4)).toBe('little');
  expect(one.see({ kind: 'phase', phase: 'network' }, 5)).toBe('now');
  expect(one.see({ kind: 'delay', delay: { because: 'pace', untilMs: 9 } }, 6)).toBe('nothing');
});

it('the status of xenstore counts where the API gives none', () => {
  const one = builder();
  const verdict = { kind: 'done', value: { status: 'DEPLOYED', tasks: [] } } as const;
  one.see({ kind: 'hint', instead: false, verdict }, 1);
  expect(one.record(1, 2).statuses).toEqual([]);
  one.see({ kind: 'hint', instead: true, verdict }, 3);
  expect(one.record(1, 4).statuses).toEqual([{ status: 'DEPLOYED', at_ms: 3 }]);
});

it('10,000 changes of tasks, and as many flips of everything else, stay below 1 MiB and are a valid record', () => {
  const one = builder();
  // A character that takes three bytes, one that JSON escapes, and half of a pair.
  const long = `${'漢'.repeat(300)}"\\\ud800`;
  for (let round = 0; round < 10_000; round += 1) {
    const tasks: Task[] = [[`new ${round}${long}`, long]];
    for (let index = 0; index < 3; index += 1) tasks.push([`${index}${long}`, `${round}${long}`]);
    one.see(deploying(...tasks), round * 10);
    one.see(noAnswer(round % 2 === 0, `${round}${long}`), round * 10 + 1);
    one.see({ kind: 'phase', phase: round % 2 === 0 ? 'gateway' : 'features' }, round * 10 + 2);
    one.part(long, round * 10, round * 10 + 1);
  }
  one.end(
    { ended_at: '2026-11-28T23:02:48Z', outcome: 'failed', exit: 1, message: long, error: null },
    100_000,
  );
  const text = JSON.stringify(one.record(1, 100_000));
  expect(Buffer.byteLength(text)).toBeLessThan(2 ** 20);
  expect(faults(JSON.parse(text))).toEqual([]);
  const record = parseRecord(text);
  expect(record?.tasks_left_out).toBeGreaterThan(0);
  expect(record?.tasks[1]).toMatchObject({ first_seen_ms: 0, last_seen_ms: 99_990 });
  const answers = record?.answers.reduce(
    (sum, { usable, refused, failed }) => sum + usable + refused + failed,
    0,
  );
  expect(answers).toBe(20_000);
});

it('a text that is none of rc-wait’s is no record', () => {
  expect(parseRecord('')).toBeUndefined();
  expect(parseRecord('{"schema":"rc-wait/wait-record/v1"}')).toBeUndefined();
});
