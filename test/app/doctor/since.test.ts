import { describe, expect, it } from 'vitest';
import { sinceWhen, taskInWords } from '../../../src/app/doctor/since.ts';
import type { TaskRecord, WaitRecord } from '../../../src/history/record.ts';

const minuteMs = 60_000;

/** A wait that began at this minute of an hour, and these statuses with the minutes after its start. */
function wait(minute: number, ...statuses: readonly (readonly [string, number])[]): WaitRecord {
  const last = statuses.at(-1)?.[1] ?? 0;
  return {
    schema: 'rc-wait/wait-record/v1',
    number: minute + 1,
    boot_id: 'b',
    process: { pid: 1, started: '1' },
    started_at: `2026-11-28T20:${String(minute).padStart(2, '0')}:00Z`,
    started_boot_ms: 0,
    timeout_ms: null,
    last_ms: (last + 1) * minuteMs,
    phases: [],
    statuses: statuses.map(([status, at]) => ({ status, at_ms: at * minuteMs })),
    tasks: [],
    tasks_left_out: 0,
    answers: [],
    requests: { sent: 0, refused: 0, shared: 0 },
    network: [],
    end: null,
  };
}

describe('since when a status is', () => {
  it('is the moment at which a wait saw it change', () => {
    const record = wait(0, ['DEPLOYING', 0], ['FAILED', 3]);
    expect(sinceWhen('FAILED', [record])).toEqual({ words: 'since 2026-11-28T20:03:00Z', record });
  });

  it('is that moment also where later waits saw the same status alone', () => {
    const waits = [
      wait(0, ['DEPLOYING', 0], ['FAILED', 3]),
      wait(10, ['FAILED', 0]),
      wait(20, ['FAILED', 0]),
    ];
    expect(sinceWhen('FAILED', waits)?.words).toBe('since 2026-11-28T20:03:00Z');
  });

  it('may have been before the first answer that has it', () => {
    expect(sinceWhen('FAILED', [wait(5, ['FAILED', 1])])?.words).toBe('since 2026-11-28T20:06:00Z or before');
    // What was DEPLOYED in between is another failure.
    const waits = [wait(0, ['FAILED', 0]), wait(1, ['DEPLOYED', 0]), wait(5, ['FAILED', 1])];
    expect(sinceWhen('FAILED', waits)?.words).toBe('since 2026-11-28T20:06:00Z or before');
  });

  it('is after the last wait where that saw another one', () => {
    const waits = [wait(0, ['FAILED', 0]), wait(5, ['DEPLOYING', 1]), wait(9)];
    expect(sinceWhen('FAILED', waits)?.words).toBe('after 2026-11-28T20:07:00Z, when it was DEPLOYING');
  });

  it('is not known without an answer, and a time that cannot be read is shown as it is', () => {
    expect(sinceWhen('FAILED', [])).toBeUndefined();
    expect(sinceWhen('FAILED', [wait(1)])).toBeUndefined();
    const odd = { ...wait(0, ['DEPLOYING', 0], ['FAILED', 3]), started_at: 'at noon' };
    expect(sinceWhen('FAILED', [odd])?.words).toBe('since at noon');
  });
});

describe('a task', () => {
  const nowMs = Date.parse('2026-11-28T20:10:00Z');
  const task = (status: string) => ({ name: 'Update access', status });
  const seen = (patch: Partial<TaskRecord>): WaitRecord => ({
    ...wait(0, ['DEPLOYING', 0]),
    tasks: [
      {
        name: 'Update access',
        first_seen_ms: 0,
        last_seen_ms: 0,
        ended_ms: null,
        changes: [],
        changes_left_out: 0,
        ...patch,
      },
    ],
  });
  const change = (status: string, at: number) => ({ status, at_ms: at * minuteMs });

  it('has the time at which it ended, and how long it took', () => {
    const changes = [change('PENDING', 0), change('IN_PROGRESS', 1), change('FAILED', 3)];
    expect(taskInWords(task('FAILED'), seen({ ended_ms: 3 * minuteMs, changes }), nowMs)).toBe(
      'task "Update access": FAILED at 2026-11-28T20:03:00Z, after 2 min',
    );
    const late = [change('IN_PROGRESS', 0), change('FAILED', 3)];
    expect(taskInWords(task('FAILED'), seen({ ended_ms: 3 * minuteMs, changes: late }), nowMs)).toBe(
      'task "Update access": FAILED at 2026-11-28T20:03:00Z, after over 3 min',
    );
  });

  it('has how long it has been at work', () => {
    const changes = [change('PENDING', 0), change('IN_PROGRESS', 1)];
    expect(taskInWords(task('IN_PROGRESS'), seen({ changes }), nowMs)).toBe(
      'task "Update access": IN_PROGRESS for 9 min',
    );
    const late = [change('IN_PROGRESS', 0)];
    expect(taskInWords(task('IN_PROGRESS'), seen({ changes: late }), nowMs)).toBe(
      'task "Update access": IN_PROGRESS for over 10 min',
    );
  });

  it('that had ended at the first look, has not begun, or was not seen so has no time', () => {
    const words = 'task "Update access": FAILED';
    expect(taskInWords(task('FAILED'), seen({ ended_ms: 0, changes: [change('FAILED', 0)] }), nowMs)).toBe(
      words,
    );
    expect(taskInWords(task('FAILED'), seen({ changes: [change('IN_PROGRESS', 0)] }), nowMs)).toBe(words);
    expect(taskInWords(task('FAILED'), undefined, nowMs)).toBe(words);
    expect(taskInWords(task('PENDING'), seen({ changes: [change('PENDING', 0)] }), nowMs)).toBe(
      'task "Update access": PENDING',
    );
  });
});
