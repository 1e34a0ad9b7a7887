import type { Backoff } from './backoff.ts';
import type { Delay } from './types.ts';

/** The API counts requests by the minute (Rackspace's documentation, "Rate limiting"). */
export const windowMs = 60_000;

/** How fast this server may ask. All times in ms. */
export interface Limits {
  /** requests that may count at any moment; the API refuses the 31st, and one stays in hand */
  readonly requests: number;
  /** of these, kept for what follows a poll at once: the features and the gateway after DEPLOYED */
  readonly reserved: number;
  /** the interval between two polls for the same thing */
  readonly paceMs: number;
  /** the interval between any two requests at all */
  readonly spacingMs: number;
}

/**
 * The pace of a server whose processes share a ledger.
 *
 * 2 240 ms: at 26 intervals a minute 27 polls count at any moment, as long as
 * an answer takes less than 0.4 s, and the two reserved slots are free when
 * DEPLOYED is seen; any faster and the features or the gateway would have to
 * wait for a slot.
 */
export const sharedLimits: Limits = { requests: 29, reserved: 2, paceMs: 2_240, spacingMs: 0 };

/** Without a ledger that others can see, nobody knows what they do: one request every 10 s. */
export const lonelyLimits: Limits = { requests: 6, reserved: 0, paceMs: 10_000, spacingMs: 10_000 };

/** One request, as the window counts it. */
export interface Slot {
  readonly key: string;
  readonly takenMs: number;
  /** it counts while now < countsUntilMs */
  readonly countsUntilMs: number;
  /** its answer is awaited, by a process that lives, until this moment; undefined once it is settled */
  readonly openUntilMs: number | undefined;
}

/** All that the decision rests on. */
export interface View {
  readonly slots: readonly Slot[];
  /** when `key` was last asked for, by anyone */
  readonly lastAskedMs: number | undefined;
  readonly backoff: Backoff;
}

/** Who wants to ask what. */
export interface Wish {
  readonly key: string;
  readonly nowMs: number;
  /** a repeated question, which leaves the reserved slots alone */
  readonly polling: boolean;
  /**
   * it keeps the pace with all other questions, too. Two that are polled beside each other, each at the full pace,
   * would use the quota up in the first half of each minute, and hear nothing in the second
   */
  readonly inTurn?: boolean;
}

/**
 * From when to when a request counts. Until its answer is seen nobody knows
 * when the API counted it, so it counts from the moment its slot is taken
 * until 60 s after its end; if its process dies, until 60 s after the moment
 * at which it would have been given up.
 */
export function openSlot(key: string, nowMs: number, requestTimeoutMs: number): Slot {
  const openUntilMs = nowMs + requestTimeoutMs;
  return { key, takenMs: nowMs, countsUntilMs: openUntilMs + windowMs, openUntilMs };
}

/**
 * The slot after its answer, or its failure, was seen at `nowMs`. Made from
 * the request, not from the slot as it was: a process that was stopped
 * (SIGSTOP) comes back after its slot was forgotten, and its request may only
 * have been sent then.
 */
export function settledSlot(request: { key: string; takenMs: number; nowMs: number }): Slot {
  const { key, takenMs, nowMs } = request;
  return { key, takenMs, countsUntilMs: nowMs + windowMs, openUntilMs: undefined };
}

/** The moment at which fewer than `limit` of the slots count; `nowMs` when that is so already. */
function freeAtMs(slots: readonly Slot[], limit: number, nowMs: number): number {
  const ends = slots.map((slot) => slot.countsUntilMs).filter((end) => end > nowMs);
  if (ends.length < limit) return nowMs;
  ends.sort((a, b) => a - b);
  return ends[ends.length - limit] ?? nowMs;
}

/**
 * Whether `wish` may be asked now: undefined when it may, else the reason that
 * lasts longest. A slot is granted while fewer than `limits.requests` count;
 * then no delay in the network can make the API see more in any minute,
 * whatever its window's phase.
 */
export function delayOf(view: View, wish: Wish, limits: Limits): Delay | undefined {
  const { nowMs, key } = wish;
  const open = view.slots.find((slot) => slot.key === key && (slot.openUntilMs ?? 0) > nowMs);
  if (open?.openUntilMs !== undefined) return { because: 'in-flight', untilMs: open.openUntilMs };

  const { backoff } = view;
  const limit = limits.requests - (wish.polling ? limits.reserved : 0);
  const lastTakenMs = Math.max(Number.NEGATIVE_INFINITY, ...view.slots.map((slot) => slot.takenMs));
  const spacingMs = wish.inTurn ? Math.max(limits.spacingMs, limits.paceMs) : limits.spacingMs;
  const paceUntilMs = Math.max(
    (view.lastAskedMs ?? Number.NEGATIVE_INFINITY) + Math.max(backoff.paceMs, limits.paceMs),
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
