import type { Task } from '../rackconnect/types.ts';
import { bounded, bounds, type TaskRecord } from './record.ts';

/** When a task was first seen, and when it was first seen to have ended; ms since the start of the wait. */
export interface TaskTimes {
  readonly firstSeenMs: number;
  readonly endedMs: number | null;
}

interface Followed {
  readonly name: string;
  readonly firstSeenMs: number;
  lastSeenMs: number;
  endedMs: number | null;
  status: string;
  readonly changes: { status: string; at_ms: number }[];
  leftOut: number;
}

/** Follows the tasks of the automation through the answers. */
export class TaskLog {
  readonly #isEnded: (status: string) => boolean;
  readonly #tasks = new Map<string, Followed>();
  #leftOut = 0;

  /** @param isEnded whether a task with this status has ended */
  constructor(isEnded: (status: string) => boolean) {
    this.#isEnded = isEnded;
  }

  /** Takes in the tasks that an answer lists. Returns whether anything but the time is new. */
  see(tasks: readonly Task[], atMs: number): boolean {
    let isNew = false;
    let leftOut = 0;
    for (const [key, task] of keyed(tasks)) {
      const known = this.#tasks.get(key);
      if (known !== undefined) isNew = this.#update(known, task.status, atMs) || isNew;
      else if (this.#tasks.size < bounds.tasks) {
        this.#add(key, task, atMs);
        isNew = true;
      } else leftOut += 1;
    }
    this.#leftOut = Math.max(this.#leftOut, leftOut);
    return isNew;
  }

  #add(key: string, { name, status }: Task, atMs: number): void {
    const endedMs = this.#isEnded(status) ? atMs : null;
    const changes = [{ status: bounded(status, bounds.status), at_ms: atMs }];
    const times = { firstSeenMs: atMs, lastSeenMs: atMs, endedMs };
    this.#tasks.set(key, { name: bounded(name, bounds.name), ...times, status, changes, leftOut: 0 });
    for (const task of this.#tasks.values()) this.#fold(task);
  }

  #update(task: Followed, status: string, atMs: number): boolean {
    task.lastSeenMs = atMs;
    if (task.status === status) return false;
    task.status = status;
    // A task that is tried again has not ended.
    task.endedMs = this.#isEnded(status) ? (task.endedMs ?? atMs) : null;
    task.changes.push({ status: bounded(status, bounds.status), at_ms: atMs });
    this.#fold(task);
    return true;
  }

  /** Keeps the first change and the latest: the more tasks there are, the fewer of each. */
  #fold(task: Followed): void {
    const most = Math.min(bounds.changesOfTask, Math.floor(bounds.taskChanges / this.#tasks.size));
    const excess = task.changes.length - most;
    if (excess <= 0) return;
    task.changes.splice(1, excess);
    task.leftOut += excess;
  }

  /** The times of these tasks, in their order; undefined for one that was never followed. */
  timesOf(tasks: readonly Task[]): readonly (TaskTimes | undefined)[] {
    return keyed(tasks).map(([key]) => this.#tasks.get(key));
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  records(): TaskRecord[] {
    return [...this.#tasks.values()].map((task) => ({
      name: task.name,
      first_seen_ms: task.firstSeenMs,
      last_seen_ms: task.lastSeenMs,
      ended_ms: task.endedMs,
      changes: [...task.changes],
      changes_left_out: task.leftOut,
    }));
  }
}

/** Two tasks of one name are told apart by their order. */
function keyed(tasks: readonly Task[]): (readonly [key: string, task: Task])[] {
  const seen = new Map<string, number>();
  return tasks.map((task) => {
    const nth = (seen.get(task.name) ?? 0) + 1;
    seen.set(task.name, nth);
    return [`${nth} ${task.name}`, task];
  });
}
