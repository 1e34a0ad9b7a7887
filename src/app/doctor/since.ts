import { formatDuration } from '../../base/duration.ts';
import { momentOf, type TaskRecord, type WaitRecord } from '../../history/record.ts';
import { stageOf } from '../../rackconnect/task-stage.ts';
import type { Task } from '../../rackconnect/types.ts';

/** What the records of waits say about a status. */
export interface Since {
  /** `since 2026-11-28T20:01:02Z`, for a person */
  readonly words: string;
  /** the wait that saw it last */
  readonly record: WaitRecord;
}

/**
 * Since when the automation has a status, as the waits of this server saw it.
 * @param records in the order of their numbers
 * @returns undefined: none of them has seen an answer
 */
export function sinceWhen(status: string, records: readonly WaitRecord[]): Since | undefined {
  const answered = records.filter(({ statuses }) => statuses.length > 0).reverse();
  const [newest] = answered;
  const last = newest?.statuses.at(-1);
  if (newest === undefined || last === undefined) return undefined;
  // A wait that saw another one last: it has changed since.
  if (last.status !== status)
    return { words: `after ${at(newest, newest.last_ms)}, when it was ${last.status}`, record: newest };
  const other = answered.findIndex(({ statuses }) => statuses.some((one) => one.status !== status));
  const seen = answered.slice(0, other === -1 ? undefined : other + 1);
  const begun = seen.filter(({ statuses }) => statuses.at(-1)?.status === status).at(-1) ?? newest;
  const first = begun.statuses.at(-1);
  // The first answer of a wait may have come long after the status.
  const isExact = begun.statuses.length > 1;
  return { words: `since ${at(begun, first?.at_ms ?? 0)}${isExact ? '' : ' or before'}`, record: newest };
}

/**
 * A task with the times that a wait saw of it, for a person: `COMPLETED at 2026-11-28T20:01:02Z, after 40 s`. Claims no
 * more than was seen: what had happened at the first answer has no time.
 */
export function taskInWords({ name, status }: Task, record: WaitRecord | undefined, nowMs: number): string {
  const words = `task "${name}": ${status}`;
  const known = record?.tasks.find((task) => task.name === name && task.changes.at(-1)?.status === status);
  if (record === undefined || known === undefined) return words;
  const begun = begunMs(known, record);
  const over = begun?.isExact ? '' : 'over ';
  if (known.ended_ms === null) {
    if (begun === undefined) return words;
    return `${words} for ${over}${formatDuration(roundedMs(nowMs - wallMs(record, begun.atMs)))}`;
  }
  if (known.ended_ms === known.first_seen_ms) return words;
  const took =
    begun === undefined ? '' : `, after ${over}${formatDuration(roundedMs(known.ended_ms - begun.atMs))}`;
  return `${words} at ${at(record, known.ended_ms)}${took}`;
}

/** When a task was first seen at work. */
function begunMs({ changes, first_seen_ms }: TaskRecord, { statuses }: WaitRecord) {
  const first = changes.find(({ status }) => stageOf(status) !== 'waiting');
  // At the first answer it may have been at work for long.
  return (
    first && {
      atMs: first.at_ms,
      isExact: first.at_ms > first_seen_ms || first_seen_ms > (statuses[0]?.at_ms ?? 0),
    }
  );
}

const roundedMs = (ms: number): number => Math.max(Math.round(ms / 1_000), 1) * 1_000;

const wallMs = ({ started_at }: WaitRecord, atMs: number): number => Date.parse(started_at) + atMs;

/** The wall clock may have been set meanwhile: the time is for people. */
function at(record: WaitRecord, atMs: number): string {
  const ms = wallMs(record, atMs);
  return Number.isFinite(ms) ? momentOf(ms) : record.started_at;
}
