import type { OtherLoad, QuotaRules } from './types.ts';

const minuteMs = 60_000;

/** What one server has used; changed in place by `takeRequest`. */
export interface QuotaState {
  /** the newest moment seen, in ms since the simulator's start */
  latestMs: number;
  /** fixed: the window that `used` belongs to */
  windowIndex: number;
  used: number;
  /** sliding: the moments of the requests that count, oldest first, never more than the limit */
  readonly countedMs: number[];
}

/** A server that has used nothing yet. */
export function createQuotaState(): QuotaState {
  return {
    latestMs: Number.NEGATIVE_INFINITY,
    windowIndex: Number.NEGATIVE_INFINITY,
    used: 0,
    countedMs: [],
  };
}

/**
 * Counts a request at `nowMs` (since the simulator's start) and tells whether
 * it is let through. "30 requests a minute, then 403; the counter resets each
 * minute" is all that Rackspace's documentation says: whether the window is
 * fixed or slides, and whether a refused request counts, is for the rules.
 */
export function takeRequest(rules: QuotaRules, state: QuotaState, nowMs: number): boolean {
  // Requests counted at their answer can come out of order: a window never goes back.
  state.latestMs = Math.max(state.latestMs, nowMs);
  return rules.mode === 'fixed' ? takeFixed(rules, state) : takeSliding(rules, state);
}

function takeFixed(rules: QuotaRules, state: QuotaState): boolean {
  const windowIndex = Math.floor((state.latestMs - rules.phaseMs) / rules.windowMs);
  if (windowIndex !== state.windowIndex) {
    state.windowIndex = windowIndex;
    state.used = 0;
  }
  const windowStartMs = windowIndex * rules.windowMs + rules.phaseMs;
  const others =
    otherRequestsUntil(rules.otherLoad, state.latestMs) - otherRequestsBefore(rules.otherLoad, windowStartMs);
  const granted = state.used + others < rules.limit;
  if (granted || rules.countRefused) state.used += 1;
  return granted;
}

function takeSliding(rules: QuotaRules, state: QuotaState): boolean {
  const { countedMs, latestMs } = state;
  const horizonMs = latestMs - rules.windowMs;
  while (countedMs[0] !== undefined && countedMs[0] <= horizonMs) countedMs.shift();
  const others =
    otherRequestsUntil(rules.otherLoad, latestMs) - otherRequestsUntil(rules.otherLoad, horizonMs);
  const granted = countedMs.length + others < rules.limit;
  if (granted || rules.countRefused) countedMs.push(latestMs);
  // Only the newest `limit` can decide: a storm of refused requests must not grow the list.
  if (countedMs.length > rules.limit) countedMs.splice(0, countedMs.length - rules.limit);
  return granted;
}

/** How many requests the other load has made up to and including `ms`. A function of time alone: no timers. */
function otherRequestsUntil(load: OtherLoad | undefined, ms: number): number {
  return load === undefined ? 0 : requestsUpTo(load, Math.floor(positionOf(load, ms)));
}

/** How many it has made before `ms`, `ms` itself not included. */
function otherRequestsBefore(load: OtherLoad | undefined, ms: number): number {
  return load === undefined ? 0 : requestsUpTo(load, Math.ceil(positionOf(load, ms)) - 1);
}

/** The load makes requests at the whole positions from 0 on: every position once, or each minute in one burst. */
function positionOf({ pattern, perMinute }: OtherLoad, ms: number): number {
  return pattern === 'even' ? (ms * perMinute) / minuteMs : ms / minuteMs;
}

function requestsUpTo(load: OtherLoad, last: number): number {
  if (load.perMinute === 0) return 0;
  const first = Math.max(0, Math.ceil(positionOf(load, load.fromMs)));
  const end = Math.ceil(positionOf(load, load.toMs));
  return Math.max(0, Math.min(last, end - 1) - first + 1) * (load.pattern === 'even' ? 1 : load.perMinute);
}
