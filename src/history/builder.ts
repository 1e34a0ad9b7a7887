import type { Tally } from '../pace/types.ts';
import type { Details, Task } from '../rackconnect/types.ts';
import type { JobEvent } from '../wait/job.ts';
import type { Verdict } from '../wait/verdict.ts';
import { AnswerLog } from './answers.ts';
import { bounded, bounds, type NetworkPart, type RecordEnd, type WaitRecord } from './record.ts';
import { TaskLog, type TaskTimes } from './tasks.ts';

/** What is known when a wait starts. */
interface RecordStart
  extends Pick<WaitRecord, 'boot_id' | 'process' | 'started_at' | 'started_boot_ms' | 'timeout_ms'> {
  /** whether a task with this status has ended */
  readonly isEnded: (status: string) => boolean;
}

/** How much an event changed: `much` should be on the disk soon, `now` before anything else happens. */
export type RecordChange = 'nothing' | 'little' | 'much' | 'now';

/** Makes the record of a wait from its events. Pure: the times come in, in ms since the start. */
export class RecordBuilder {
  readonly #start: RecordStart;
  readonly #tasks: TaskLog;
  readonly #answers = new AnswerLog();
  readonly #phases: { phase: string; at_ms: number }[] = [];
  readonly #statuses: { status: string; at_ms: number }[] = [];
  readonly #parts: NetworkPart[] = [];
  #tally: Readonly<Tally> = { sent: 0, refused: 0, shared: 0 };
  #end: RecordEnd | null = null;
  #lastMs = 0;

  constructor(start: RecordStart) {
    this.#start = start;
    this.#tasks = new TaskLog(start.isEnded);
  }

  /** Takes in an event. @param askedAgoMs of an answer: how long ago it was asked for */
  see(event: JobEvent, atMs: number, askedAgoMs = 0): RecordChange {
    const at = this.#at(atMs);
    switch (event.kind) {
      case 'phase':
        if (this.#phases.at(-1)?.phase === event.phase) return 'nothing';
        pushBounded(this.#phases, { phase: event.phase, at_ms: at }, bounds.phases);
        // The network step may cut this process off, and has no events.
        return event.phase === 'network' ? 'now' : 'much';
      case 'delay':
        return 'nothing';
      case 'hint':
        // Only where the API says nothing usable is the other source's status that of the server.
        return event.instead ? this.#seeDetails(detailsIn(event.verdict), at) : 'nothing';
      case 'answer': {
        const { verdict } = event;
        const kind = verdict.kind === 'error' ? (verdict.refused ? 'refused' : 'failed') : 'usable';
        const why = verdict.kind === 'error' ? verdict.why : undefined;
        const isNew = this.#answers.see(kind, Math.max(0, at - Math.round(askedAgoMs)), at, why);
        const change = this.#seeDetails(detailsIn(verdict), at);
        return change === 'nothing' && isNew ? 'little' : change;
      }
    }
  }

  #seeDetails(details: Details | undefined, at: number): RecordChange {
    if (details === undefined) return 'nothing';
    const areTasksNew = this.#tasks.see(details.tasks, at);
    const status = bounded(details.status, bounds.status);
    if (this.#statuses.at(-1)?.status === status) return areTasksNew ? 'little' : 'nothing';
    pushBounded(this.#statuses, { status, at_ms: at }, bounds.statuses);
    return 'much';
  }

  /** The counter of requests, which goes on counting. */
  count(tally: Readonly<Tally>): void {
    this.#tally = tally;
  }

  part(part: string, fromMs: number, toMs: number): void {
    const from_ms = Math.max(0, Math.round(fromMs));
    const to_ms = Math.max(from_ms, Math.round(toMs));
    // Another process may have sent the name.
    pushBounded(this.#parts, { part: bounded(part, bounds.status), from_ms, to_ms }, bounds.parts);
  }

  end(end: Omit<RecordEnd, 'at_ms'>, atMs: number): void {
    this.#end = { at_ms: this.#at(atMs), ...end, message: bounded(end.message, bounds.message) };
  }

  timesOf(tasks: readonly Task[]): readonly (TaskTimes | undefined)[] {
    return this.#tasks.timesOf(tasks);
  }

  record(number: number, nowMs: number): WaitRecord {
    const { isEnded: _isEnded, ...start } = this.#start;
    return {
      schema: 'rc-wait/wait-record/v1',
      number,
      ...start,
      last_ms: this.#at(nowMs),
      phases: [...this.#phases],
      statuses: [...this.#statuses],
      tasks: this.#tasks.records(),
      tasks_left_out: this.#tasks.leftOut,
      answers: this.#answers.runs(),
      requests: { ...this.#tally },
      network: [...this.#parts],
      end: this.#end,
    };
  }

  /** A time in whole ms that never runs backwards. */
  #at(ms: number): number {
    this.#lastMs = Math.max(this.#lastMs, Math.round(ms));
    return this.#lastMs;
  }
}

/** Keeps the first half and the latest. */
function pushBounded<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.splice(most / 2, 1);
}

/** The status and the tasks that a verdict tells; undefined: it is about something else, such as the gateway. */
function detailsIn(verdict: Verdict<unknown>): Details | undefined {
  if (verdict.kind === 'not-yet') return verdict.seen;
  if (verdict.kind === 'error') return undefined;
  const { value } = verdict;
  return typeof value === 'object' && value !== null && 'status' in value && 'tasks' in value
    ? (value as Details)
    : undefined;
}
