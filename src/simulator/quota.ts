import type { OtherLoad, QuotaRules } from './types.ts';

const minuteMs = 60_000;

/** The requests that one server has made; `takeRequest` changes it in place. */
export interface QuotaState {
  /** the latest moment so far, in ms since the simulator's start */
  latestMs: number;
  /** mode `fixed`: the window of `used` */
  windowIndex: number;
  used: number;
  /** mode `sliding`: when the counted requests came, oldest first, at most as many as the limit */
  readonly countedMs: number[];
}

/** The state of a server without requests. */
export function createQuotaState(): QuotaState {
  return {
    latestMs: Number.NEGATIVE_INFINITY,
    windowIndex: Number.NEGATIVE_INFINITY,
    used: 0,
    countedMs: [],
  };
}

/**
 * Counts a request at `nowMs` (since the simulator's start) and returns whether it is granted. Rackspace
 * documents only "30 requests a minute, then 403; the counter resets each minute": the rules decide whether the
 * window is fixed or slides, and whether a refused request counts.
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
  // Only the newest `limit` matter: a flood of refused requests must not grow the list.
  if (countedMs.length > rules.limit) countedMs.splice(0, countedMs.length - rules.limit);
  return granted;
}

/** The other load's requests up to and including `ms`. A function of time only, without timers. */
function otherRequestsUntil(load: OtherLoad | undefined, ms: number): number {
  return load === undefined ? 0 : requestsUpTo(load, Math.floor(positionOf(load, ms)));
}

/** The other load's requests before `ms`. */
function otherRequestsBefore(load: OtherLoad | undefined, ms: number): number {
  return load === undefined ? 0 : requestsUpTo(load, Math.ceil(positionOf(load, ms)) - 1);
}

/**
 * Where on the load's scale of requests a moment is: requests come at the whole numbers from 0 on, one each, or
 * a minute's burst each.
 */
function positionOf({ pattern, perMinute }: OtherLoad, ms: number): number {
  return pattern === 'even' ? (ms * perMinute) / minuteMs : ms / minuteMs;
}

function requestsUpTo(load: OtherLoad, last: number): number {
  if (load.perMinute === 0) return 0;
  const first = Math.max(0, Math.ceil(positionOf(load, load.fromMs)));
  const end = Math.ceil(positionOf(load, load.toMs));
  return Math.max(0, Math.min(last, end - 1) - first + 1) * (load.pattern === 'even' ? 1 : load.perMinute);
}
