import type { Backoff } from './backoff.ts';
import type { Delay } from './types.ts';

/** The API counts requests by the minute (Rackspace's documentation, "Rate limiting"). */
export const windowMs = 60_000;

/** How fast this server may ask. All times in ms. */
export interface Limits {
  /** requests that may count at any moment; the API refuses the 31st, and one is kept in reserve */
  readonly requests: number;
  /** of these, reserved for the questions right after a poll: the features and the gateway after DEPLOYED */
  readonly reserved: number;
  /** the interval between two polls with the same question */
  readonly paceMs: number;
  /** the same while a watch is known to work, which raises an alarm when the answer changes */
  readonly watchedPaceMs: number;
  /** the interval between any two requests */
  readonly spacingMs: number;
}

/**
 * The pace of a server whose processes share a ledger.
 *
 * 2 240 ms is 26 intervals a minute: 27 polls count at any moment if an answer takes less than 0.4 s, and the
 * two reserved slots are free when DEPLOYED arrives. Any faster, and the features or the gateway would have to
 * wait for a slot.
 *
 * 2 420 ms is 24 intervals a minute: 25 polls count, so two slots are free for the requests of an alarm, and still two
 * for what follows DEPLOYED. No slower: a watch can die silently, and xenstore can be "a few seconds" late
 * (Rackspace's documentation), and then the polls alone see DEPLOYED, 0.09 s later on average than at 2 240 ms.
 */
export const sharedLimits: Limits = {
  requests: 29,
  reserved: 2,
  paceMs: 2_240,
  watchedPaceMs: 2_420,
  spacingMs: 0,
};

/** Without a ledger that others can see, nobody knows what they send: one request every 10 s. */
export const unsharedLimits: Limits = {
  requests: 6,
  reserved: 0,
  paceMs: 10_000,
  watchedPaceMs: 10_000,
  spacingMs: 10_000,
};

/** How long a watch counts as working after its process has said so, in ms; that process says so every 5 s. */
export const watchLastsMs = 12_000;

/** One request as the window counts it. */
export interface Slot {
  readonly key: string;
  readonly takenMs: number;
  /** it counts while now < countsUntilMs */
  readonly countsUntilMs: number;
  /** until then a live process waits for its answer; undefined once it is settled */
  readonly openUntilMs: number | undefined;
}

/** Everything that the decision depends on. */
export interface WindowView {
  readonly slots: readonly Slot[];
  /** when `key` was last asked for, by anyone */
  readonly lastAskedMs: number | undefined;
  readonly backoff: Backoff;
}

/** The question that a process wants to ask. */
export interface SlotQuestion {
  readonly key: string;
  readonly nowMs: number;
  /** a repeated question, which leaves the reserved slots alone */
  readonly polling: boolean;
  /**
   * It shares the pace with all other questions. Two questions polled side by side at full pace would use up
   * the quota in the first half of each minute and get no answer in the second.
   */
  readonly inTurn?: boolean;
  /** the last moment of an alarm: the question is due at once unless somebody has asked it since */
  readonly dueMs?: number;
  /** a watch is known to work */
  readonly isWatched?: boolean;
}

/**
 * How long a request counts. Until its answer arrives, nobody knows when the API counted it, so it counts from
 * the moment its slot is taken until 60 s after its end; if its process dies, until 60 s after the moment at
 * which it would have been given up.
 */
export function openSlot(key: string, nowMs: number, requestTimeoutMs: number): Slot {
  const openUntilMs = nowMs + requestTimeoutMs;
  return { key, takenMs: nowMs, countsUntilMs: openUntilMs + windowMs, openUntilMs };
}

/**
 * The slot after its answer or failure arrived at `nowMs`. Built from the request, not from the stored slot: a
 * process that was stopped (SIGSTOP) may return after its slot was deleted and send its request only then.
 */
export function settledSlot(request: { key: string; takenMs: number; nowMs: number }): Slot {
  const { key, takenMs, nowMs } = request;
  return { key, takenMs, countsUntilMs: nowMs + windowMs, openUntilMs: undefined };
}

/** The moment at which fewer than `limit` slots count; `nowMs` if that is already so. */
function freeAtMs(slots: readonly Slot[], limit: number, nowMs: number): number {
  const ends = slots.map((slot) => slot.countsUntilMs).filter((end) => end > nowMs);
  if (ends.length < limit) return nowMs;
  ends.sort((a, b) => a - b);
  return ends[ends.length - limit] ?? nowMs;
}

/**
 * Whether `request` may be asked now: undefined if it may, else the reason that lasts longest. A slot is granted
 * while fewer than `limits.requests` count. Then, whatever the network's delays and the phase of the API's
 * window, the API sees no more than that in any minute.
 */
export function delayOf(view: WindowView, request: SlotQuestion, limits: Limits): Delay | undefined {
  const { nowMs, key } = request;
  const open = view.slots.find((slot) => slot.key === key && (slot.openUntilMs ?? 0) > nowMs);
  if (open?.openUntilMs !== undefined) return { because: 'in-flight', untilMs: open.openUntilMs };

  const { backoff } = view;
  const limit = limits.requests - (request.polling ? limits.reserved : 0);
  const lastTakenMs = Math.max(Number.NEGATIVE_INFINITY, ...view.slots.map((slot) => slot.takenMs));
  const spacingMs = request.inTurn ? Math.max(limits.spacingMs, limits.paceMs) : limits.spacingMs;
  const { dueMs = Number.NEGATIVE_INFINITY, isWatched = false } = request;
  const lastAskedMs = view.lastAskedMs ?? Number.NEGATIVE_INFINITY;
  const isDue = dueMs <= nowMs && lastAskedMs < dueMs;
  const paceMs = Math.max(backoff.paceMs, isWatched ? limits.watchedPaceMs : limits.paceMs);
  const paceUntilMs = Math.max(
    isDue ? Number.NEGATIVE_INFINITY : lastAskedMs + paceMs,
    lastTakenMs + spacingMs,
  );
  const delays: Delay[] = [
    { because: 'pace', untilMs: paceUntilMs },
    { because: 'window', untilMs: freeAtMs(view.slots, limit, nowMs) },
    backoff.refusals > 0
      ? { because: 'refused', times: backoff.refusals, untilMs: backoff.notBeforeMs }
      : { because: 'failed', times: backoff.failures, untilMs: backoff.notBeforeMs },
  ];
  return delays
    .filter((delay) => delay.untilMs > nowMs)
    .reduce<Delay | undefined>(
      (longest, delay) => (longest && longest.untilMs >= delay.untilMs ? longest : delay),
      undefined,
    );
}
