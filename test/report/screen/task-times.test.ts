import { describe, expect, it } from 'vitest';
import { followTasks, type TimedTask, timeOf } from '../../../src/report/screen/task-times.ts';

/** One task, looked at again and again: its status at each moment, in seconds. */
function looks(...seen: readonly (readonly [atS: number, status: string])[]): TimedTask {
  let tasks: readonly TimedTask[] = [];
  let before: number | undefined;
  for (const [atS, status] of seen) {
    tasks = followTasks(tasks, [{ name: 'Update access', status }], atS * 1_000, before);
    before = atS * 1_000;
  }
  const [task] = tasks;
  if (task === undefined) throw new Error('there is a task');
  return task;
}

describe('how long a task runs or took', () => {
  it.each<[string, TimedTask, string | undefined]>([
    ['not begun', looks([0, 'PENDING'], [2, 'PENDING']), undefined],
    ['begun while looked at', looks([0, 'PENDING'], [2, 'IN_PROGRESS']), 'for 58 s'],
    ['running at the first look', looks([0, 'IN_PROGRESS'], [2, 'IN_PROGRESS']), 'for over 1 min'],
    ['another word for running', looks([0, 'PENDING'], [2, 'IN_PROGRESS'], [4, 'VERIFYING']), 'for 58 s'],
    [
      'begun and ended',
      looks([0, 'PENDING'], [2, 'IN_PROGRESS'], [33, 'COMPLETED'], [40, 'COMPLETED']),
      'took 31 s',
    ],
    ['failed', looks([0, 'PENDING'], [2, 'IN_PROGRESS'], [33, 'FAILED']), 'took 31 s'],
    ['running at the first look, and ended', looks([0, 'IN_PROGRESS'], [33, 'COMPLETED']), 'took over 33 s'],
    ['ended at the first look', looks([0, 'COMPLETED'], [9, 'COMPLETED']), 'ended before the first look'],
    ['begun and ended between two looks', looks([0, 'PENDING'], [2, 'COMPLETED']), 'took 2 s at most'],
    [
      'begun again',
      looks([0, 'PENDING'], [2, 'IN_PROGRESS'], [9, 'FAILED'], [20, 'IN_PROGRESS']),
      'for 40 s',
    ],
  ])('%s', (_, task, words) => {
    expect(timeOf(task, 60_000)).toBe(words);
  });

  it('knows tasks of one name by their order', () => {
    const two = (a: string, b: string) => [
      { name: 'restart', status: a },
      { name: 'restart', status: b },
    ];
    const first = followTasks([], two('IN_PROGRESS', 'PENDING'), 0, undefined);
    const second = followTasks(first, two('COMPLETED', 'IN_PROGRESS'), 5_000, 0);
    expect(second.map((task) => timeOf(task, 9_000))).toEqual(['took over 5 s', 'for 4 s']);
  });

  it('of a task that comes later is counted from its first look', () => {
    const first = followTasks([], [], 0, undefined);
    const [task] = followTasks(first, [{ name: 'late', status: 'IN_PROGRESS' }], 5_000, 0);
    expect(task).toMatchObject({ firstSeenMs: 5_000 });
    expect(task && timeOf(task, 9_000)).toBe('for 4 s');
  });
});
