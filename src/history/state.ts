import type { WaitRecord } from './record.ts';

/** What became of a wait. Without an end it goes on, was killed, or went down with the server. */
type RecordState = 'ended' | 'running' | 'killed' | 'server-down';

/** What is known of this moment. */
interface Present {
  readonly bootId: string;
  /** CLOCK_MONOTONIC */
  readonly nowMs: number;
  /** whether a process of this boot still runs */
  readonly isAlive: (process: WaitRecord['process']) => boolean;
}

/** A record and what became of its wait. */
export interface KnownWait {
  readonly record: WaitRecord;
  readonly state: RecordState;
  /** how long it took, or has been running; for one that was killed until its last sign of life */
  readonly tookMs: number;
}

/** Tells what became of a wait: by its end, else by the boot and the process, and not by a clock. */
export function knownWait(record: WaitRecord, { bootId, nowMs, isAlive }: Present): KnownWait {
  if (record.end !== null) return { record, state: 'ended', tookMs: record.end.at_ms };
  if (record.boot_id !== bootId) return { record, state: 'server-down', tookMs: record.last_ms };
  if (!isAlive(record.process)) return { record, state: 'killed', tookMs: record.last_ms };
  const runningMs = Math.round(nowMs - record.started_boot_ms);
  return { record, state: 'running', tookMs: Math.max(record.last_ms, runningMs) };
}

/** A restart later than this after a kill was another wait, in ms. systemd restarts the service after 2 s. */
const longestGapMs = 10 * 60_000;

/**
 * The wait at `index` with those before it that were killed and that it took the place of, the oldest first.
 * @param waits in the order of their numbers
 */
export function withKilledBefore(waits: readonly KnownWait[], index: number): readonly KnownWait[] {
  const last = waits[index];
  if (last === undefined) return [];
  const before = waits[index - 1];
  if (before?.state !== 'killed' || before.record.boot_id !== last.record.boot_id) return [last];
  const gapMs = last.record.started_boot_ms - (before.record.started_boot_ms + before.tookMs);
  return gapMs < 0 || gapMs > longestGapMs ? [last] : [...withKilledBefore(waits, index - 1), last];
}
