import { type Backoff, highestLevel, longestRetryAfterMs, slowestPaceMs } from './backoff.ts';
import { type Slot, windowMs } from './window.ts';

/**
 * Which values a ledger can hold at a given moment. rc-wait never wrote a time beyond the present and the
 * longest step ahead: it is damage, and would stop a wait until that time. All times are monotonic ms.
 */

/** A slot: taken in the past, counting no longer than `openSlot` or `settledSlot` allow. */
export function isPossibleSlot(
  { takenMs, countsUntilMs, openUntilMs }: Slot,
  nowMs: number,
  requestTimeoutMs: number,
): boolean {
  const longestMs = nowMs + requestTimeoutMs;
  return (
    isPast(takenMs, nowMs) &&
    countsUntilMs >= takenMs + windowMs &&
    countsUntilMs <= longestMs + windowMs &&
    (openUntilMs === undefined || (openUntilMs >= takenMs && openUntilMs <= longestMs))
  );
}

/** An answer: requested in the past. */
export function isPossibleAnswer({ askedMs }: { readonly askedMs: number }, nowMs: number): boolean {
  return isPast(askedMs, nowMs);
}

/** A backoff: within what `nextBackoff` can produce. */
export function isPossibleBackoff(backoff: Backoff, nowMs: number): boolean {
  const { refusals, refusalLevel, failures, notBeforeMs, paceMs } = backoff;
  return (
    isCount(refusals) &&
    isCount(failures) &&
    isBetween(refusalLevel, 0, highestLevel) &&
    isBetween(notBeforeMs, 0, nowMs + longestRetryAfterMs) &&
    isBetween(paceMs, 0, slowestPaceMs)
  );
}

const isPast = (atMs: number, nowMs: number): boolean => isBetween(atMs, 0, nowMs);

/** Also false for NaN. */
const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
