import { type Backoff, highestLevel, longestRetryAfterMs, slowestPaceMs } from './backoff.ts';
import { type Slot, windowMs } from './window.ts';

/**
 * What can stand in a ledger at a moment. Whatever lies beyond the present and
 * the longest step that is ever made from it was not written by rc-wait: it is
 * damage, and would stop a wait for as long as it says. All times are monotonic
 * ms.
 */

/** A slot: taken by now, and counted for as long as `openSlot` or `settledSlot` say. */
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

/** An answer: asked for by now. */
export function isPossibleAnswer({ askedMs }: { readonly askedMs: number }, nowMs: number): boolean {
  return isPast(askedMs, nowMs);
}

/** A backoff: what `nextBackoff` can come to. */
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

/** False for NaN as well. */
const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
