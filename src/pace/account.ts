import { type Backoff, calm, nextBackoff } from './backoff.ts';
import type { Delay, Feedback } from './types.ts';
import { Wakeup } from './wakeup.ts';
import { delayOf, type Limits, openSlot, type Slot, settledSlot, watchLastsMs, windowMs } from './window.ts';

/** The answer to a question, as the ledger stores it. */
export interface StoredAnswer {
  readonly record: string;
  /** monotonic, ms */
  readonly askedMs: number;
}

/** A question put to the ledger. All times are monotonic ms. */
export interface SlotRequest {
  readonly key: string;
  readonly nowMs: number;
  /** only an answer requested after this moment will do; undefined: any answer younger than the pace */
  readonly newerThanMs: number | undefined;
  readonly requestTimeoutMs: number;
  /** these two: see `SlotQuestion` in window.ts */
  readonly inTurn?: boolean;
  readonly dueMs?: number;
}

/** The ledger's answer. */
export type AccountStep =
  | { readonly kind: 'answered'; readonly answer: StoredAnswer }
  | { readonly kind: 'granted'; readonly slotId: number; readonly takenMs: number }
  | { readonly kind: 'delayed'; readonly delay: Delay };

/** How a request ended. */
export interface Settlement {
  readonly slotId: number;
  readonly key: string;
  readonly takenMs: number;
  readonly nowMs: number;
  /** undefined: it was interrupted, and says nothing about the API */
  readonly outcome: { readonly signal: Feedback; readonly record: string } | undefined;
  /** its result says nothing about the polled API */
  readonly aside?: boolean;
}

/**
 * The account of everything that this server has asked. Each method is atomic across all processes that share
 * the ledger.
 */
export interface Ledger {
  readonly limits: Limits;
  /** Answers, grants a slot, or gives the reason for the delay and its end. */
  approach(approach: SlotRequest): AccountStep;
  /** Records how the request of a slot ended. */
  settle(settlement: Settlement): void;
  /**
   * Resolves when another process may have written something, at the latest after `ms`.
   * @throws the signal's reason when aborted
   */
  changed(ms: number, signal?: AbortSignal): Promise<void>;
  /** Records that a watch works at `nowMs`: polls are rarer for `watchLastsMs`. */
  noteWatch(nowMs: number): void;
  /** Whether a watch is known to work. */
  isWatched(nowMs: number): boolean;
  close(): void;
}

/** A slot with the id for `settle`. */
interface NumberedSlot extends Slot {
  readonly id: number;
}

/** The content of a ledger, wherever it is stored. */
export interface RequestAccount {
  readonly slots: readonly NumberedSlot[];
  readonly answers: ReadonlyMap<string, StoredAnswer>;
  readonly backoff: Backoff;
  /** when a watch was last known to work */
  readonly watchedMs: number | undefined;
}

/** The account of a server that has not asked anything yet. */
function emptyAccount(limits: Limits): RequestAccount {
  return { slots: [], answers: new Map(), backoff: calm(limits.paceMs), watchedMs: undefined };
}

/** The stored answer if it is recent enough for `approach`. */
export function answerFor(
  answer: StoredAnswer | undefined,
  approach: SlotRequest,
  paceMs: number,
): StoredAnswer | undefined {
  if (answer === undefined) return undefined;
  const { newerThanMs, nowMs } = approach;
  const newEnough =
    newerThanMs === undefined ? answer.askedMs > nowMs - paceMs : answer.askedMs > newerThanMs;
  return newEnough ? answer : undefined;
}

/** Whether a watch that was known to work at `watchedMs` still counts as working. */
export function isWatchedAt(watchedMs: number | undefined, nowMs: number): boolean {
  return watchedMs !== undefined && nowMs - watchedMs < watchLastsMs;
}

/** The pure decision on `approach`; a grant comes with the slot to record. */
export function decide(
  account: Pick<RequestAccount, 'slots' | 'backoff' | 'watchedMs'> & {
    readonly answer: StoredAnswer | undefined;
  },
  approach: SlotRequest,
  limits: Limits,
):
  | { kind: 'answered'; answer: StoredAnswer }
  | { kind: 'granted'; slot: Slot }
  | { kind: 'delayed'; delay: Delay } {
  const paceMs = Math.max(account.backoff.paceMs, limits.paceMs);
  const answer = answerFor(account.answer, approach, paceMs);
  if (answer !== undefined) return { kind: 'answered', answer };
  const { key, nowMs, newerThanMs, requestTimeoutMs, inTurn = false, dueMs } = approach;
  const asked = account.slots.filter((slot) => slot.key === key).map((slot) => slot.takenMs);
  const lastAskedMs = Math.max(
    Number.NEGATIVE_INFINITY,
    account.answer?.askedMs ?? Number.NEGATIVE_INFINITY,
    ...asked,
  );
  const view = { slots: account.slots, lastAskedMs, backoff: account.backoff };
  const question = {
    key,
    nowMs,
    polling: newerThanMs !== undefined,
    inTurn,
    isWatched: isWatchedAt(account.watchedMs, nowMs),
    ...(dueMs === undefined ? {} : { dueMs }),
  };
  const delay = delayOf(view, question, limits);
  return delay === undefined
    ? { kind: 'granted', slot: openSlot(key, nowMs, requestTimeoutMs) }
    : { kind: 'delayed', delay };
}

/** The backoff after a request ended with `outcome`. */
export function backoffAfter(
  backoff: Backoff,
  { outcome, nowMs, aside = false }: Settlement,
  limits: Limits,
  random: () => number,
): Backoff {
  return outcome === undefined || aside
    ? backoff
    : nextBackoff(backoff, outcome.signal, nowMs, limits.paceMs, random);
}

/**
 * Slots for requests that nobody can account for: after a ledger is lost, every request of the last minute may
 * have been made, and one may still be under way.
 */
export function unaccounted(limits: Limits, nowMs: number, requestTimeoutMs: number): readonly Slot[] {
  const countsUntilMs = nowMs + requestTimeoutMs + windowMs;
  return Array.from({ length: limits.requests }, () => ({
    key: '',
    takenMs: nowMs,
    countsUntilMs,
    openUntilMs: undefined,
  }));
}

/** A ledger for this process only: for a server whose state directory cannot be written, and for tests. */
export class MemoryLedger implements Ledger {
  readonly limits: Limits;
  readonly #random: () => number;
  readonly #wakeup: Wakeup;
  #account: RequestAccount;
  #lastId = 0;

  constructor(options: {
    limits: Limits;
    random: () => number;
    sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
    slots?: readonly Slot[];
  }) {
    this.limits = options.limits;
    this.#random = options.random;
    this.#wakeup = new Wakeup(options.sleep);
    const slots = (options.slots ?? []).map((slot) => ({ ...slot, id: ++this.#lastId }));
    this.#account = { ...emptyAccount(options.limits), slots };
  }

  approach(approach: SlotRequest): AccountStep {
    const { answers, backoff, watchedMs } = this.#account;
    const slots = this.#account.slots.filter((slot) => slot.countsUntilMs > approach.nowMs);
    const step = decide(
      { slots, backoff, watchedMs, answer: answers.get(approach.key) },
      approach,
      this.limits,
    );
    if (step.kind !== 'granted') return step;
    const slot = { ...step.slot, id: ++this.#lastId };
    this.#account = { ...this.#account, slots: [...slots, slot] };
    return { kind: 'granted', slotId: slot.id, takenMs: slot.takenMs };
  }

  settle(settlement: Settlement): void {
    const { slots, answers, backoff } = this.#account;
    const { slotId, key, takenMs, outcome } = settlement;
    const others = slots.filter(({ id }) => id !== slotId);
    const kept = new Map(answers);
    if (outcome !== undefined) kept.set(key, { record: outcome.record, askedMs: takenMs });
    this.#account = {
      ...this.#account,
      slots: [...others, { ...settledSlot(settlement), id: slotId }],
      answers: kept,
      backoff: backoffAfter(backoff, settlement, this.limits, this.#random),
    };
    this.#wakeup.ring();
  }

  async changed(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#wakeup.wait(ms, signal);
  }

  noteWatch(nowMs: number): void {
    this.#account = { ...this.#account, watchedMs: nowMs };
  }

  isWatched(nowMs: number): boolean {
    return isWatchedAt(this.#account.watchedMs, nowMs);
  }

  close(): void {
    this.#wakeup.ring();
  }
}
