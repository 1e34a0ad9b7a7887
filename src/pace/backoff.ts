import type { Feedback } from './types.ts';

/** What all processes of this server know about the API's recent answers. */
export interface Backoff {
  /** 403s in a row */
  readonly refusals: number;
  /** the step of the ladder at which the next refusal starts; sinks a little with each answer */
  readonly refusalLevel: number;
  /** requests in a row without a usable answer: 5xx, time-outs, resets, DNS errors */
  readonly failures: number;
  /** no request before this moment (monotonic, ms) */
  readonly notBeforeMs: number;
  /** the current interval between two polls, in ms */
  readonly paceMs: number;
}

/** The limits of a backoff, in ms; a delay is between half of its ceiling and its ceiling. */
interface Ladder {
  readonly firstCeilingMs: number;
  readonly lastCeilingMs: number;
}

/** 403: from 4 s to 60 s. Less than a minute at first, because the window may be about to move on. */
const refusal: Ladder = { firstCeilingMs: 8_000, lastCeilingMs: 60_000 };

/** 5xx, time-outs, resets, DNS errors: from 1 s to 30 s. */
const failure: Ladder = { firstCeilingMs: 2_000, lastCeilingMs: 30_000 };

/** The slowest pace after refusals: one request a minute still detects that the minute has passed. */
export const slowestPaceMs = 60_000;

/** The limit for Retry-After: a wrong header must not stop a boot for a day. */
export const longestRetryAfterMs = 15 * 60_000;

const slowDown = 2;
const recover = 0.93;

/**
 * How far the ladder sinks with each answer. The next refusal does not start at the bottom again: if the quota
 * is always short, each minute would bring the same three quick refusals.
 */
const levelPerAnswer = 0.1;

/** The top of the ladder. */
export const highestLevel = 8;

/** The backoff before anything has gone wrong. */
export function calm(paceMs: number): Backoff {
  return { refusals: 0, refusalLevel: 0, failures: 0, notBeforeMs: 0, paceMs };
}

/**
 * Equal jitter: half of the ceiling is fixed, so that no process returns at once; half is random, so that
 * servers built together do not return together.
 */
function delayMs({ firstCeilingMs, lastCeilingMs }: Ladder, times: number, random: () => number): number {
  const ceiling = Math.min(lastCeilingMs, firstCeilingMs * 2 ** Math.min(Math.max(times - 1, 0), 30));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/**
 * The backoff after one more request. Pure.
 *
 * A 403 slows the pace down, and each answer speeds it up a little: something else on this server may be using
 * the same quota, and returning to full speed at once would only be refused again (the additive counterpart of
 * TCP's congestion avoidance, RFC 5681 §3.1, with rate and interval exchanged).
 *
 * @param basePaceMs the pace when all is well
 * @param random uniform in [0, 1)
 */
export function nextBackoff(
  state: Backoff,
  signal: Feedback,
  nowMs: number,
  basePaceMs: number,
  random: () => number,
): Backoff {
  if (signal.kind === 'answered') {
    const paceMs = Math.max(basePaceMs, state.paceMs * recover);
    // This answer is to a request that was under way when a refusal came. It says nothing about the quota since
    // then, so the backoff stays.
    if (state.notBeforeMs > nowMs) return { ...state, paceMs };
    const refusalLevel = Math.max(0, state.refusalLevel - levelPerAnswer);
    return { refusals: 0, refusalLevel, failures: 0, notBeforeMs: 0, paceMs };
  }
  const refused = signal.kind === 'refused';
  const refusals = refused ? state.refusals + 1 : state.refusals;
  const refusalLevel = refused ? Math.min(highestLevel, state.refusalLevel + 1) : state.refusalLevel;
  const failures = refused ? state.failures : state.failures + 1;
  const waitMs =
    signal.retryAfterMs === undefined
      ? delayMs(refused ? refusal : failure, refused ? refusalLevel : failures, random)
      : Math.min(Math.max(signal.retryAfterMs, 0), longestRetryAfterMs);
  return {
    refusals,
    refusalLevel,
    failures,
    notBeforeMs: Math.max(state.notBeforeMs, nowMs + waitMs),
    paceMs: refused ? Math.min(Math.max(slowestPaceMs, basePaceMs), state.paceMs * slowDown) : state.paceMs,
  };
}
