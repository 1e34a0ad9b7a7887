import { type Backoff, calm, nextBackoff } from './backoff.ts';
import type { Delay, Signal } from './types.ts';
import { Bell } from './wakeup.ts';
import { delayOf, type Limits, openSlot, type Slot, settledSlot, windowMs } from './window.ts';

/** The answer to a question, as the ledger stores it. */
export interface StoredAnswer {
  readonly record: string;
  /** monotonic, ms */
  readonly askedMs: number;
}

/** A question put to the ledger. All times are monotonic ms. */
export interface Approach {
  readonly key: string;
  readonly nowMs: number;
  /** only an answer requested after this moment will do; undefined: any answer younger than the pace */
  readonly newerThanMs: number | undefined;
  readonly requestTimeoutMs: number;
  /** see `Wish` in window.ts */
  readonly inTurn?: boolean;
}

/** The ledger's answer. */
export type AccountStep =
  | { readonly kind: 'told'; readonly answer: StoredAnswer }
  | { readonly kind: 'granted'; readonly slotId: number; readonly takenMs: number }
  | { readonly kind: 'delayed'; readonly delay: Delay };

/** How a request ended. */
export interface Settlement {
  readonly slotId: number;
  readonly key: string;
  readonly takenMs: number;
  readonly nowMs: number;
  /** undefined: it was interrupted, and says nothing about the API */
  readonly outcome: { readonly signal: Signal; readonly record: string } | undefined;
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
  approach(approach: Approach): AccountStep;
  /** Records how the request of a slot ended. */
  settle(settlement: Settlement): void;
  /**
   * Resolves when another process may have written something, at the latest after `ms`.
   * @throws the signal's reason when aborted
   */
  changed(ms: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** A slot with the id for `settle`. */
interface NumberedSlot extends Slot {
  readonly id: number;
}

/** The content of a ledger, wherever it is stored. */
export interface Book {
  readonly slots: readonly NumberedSlot[];
  readonly answers: ReadonlyMap<string, StoredAnswer>;
  readonly backoff: Backoff;
}

/** The account of a server that has not asked anything yet. */
function emptyBook(limits: Limits): Book {
  return { slots: [], answers: new Map(), backoff: calm(limits.paceMs) };
}

/** The stored answer if it is recent enough for `approach`. */
export function answerFor(
  answer: StoredAnswer | undefined,
  approach: Approach,
  paceMs: number,
): StoredAnswer | undefined {
  if (answer === undefined) return undefined;
  const { newerThanMs, nowMs } = approach;
  const newEnough =
    newerThanMs === undefined ? answer.askedMs > nowMs - paceMs : answer.askedMs > newerThanMs;
  return newEnough ? answer : undefined;
}

/** The pure decision on `approach`; a grant comes with the slot to record. */
export function decide(
  book: Pick<Book, 'slots' | 'backoff'> & { readonly answer: StoredAnswer | undefined },
  approach: Approach,
  limits: Limits,
):
  | { kind: 'told'; answer: StoredAnswer }
  | { kind: 'granted'; slot: Slot }
  | { kind: 'delayed'; delay: Delay } {
  const paceMs = Math.max(book.backoff.paceMs, limits.paceMs);
  const answer = answerFor(book.answer, approach, paceMs);
  if (answer !== undefined) return { kind: 'told', answer };
  const { key, nowMs, newerThanMs, requestTimeoutMs, inTurn = false } = approach;
  const asked = book.slots.filter((slot) => slot.key === key).map((slot) => slot.takenMs);
  const lastAskedMs = Math.max(
    Number.NEGATIVE_INFINITY,
    book.answer?.askedMs ?? Number.NEGATIVE_INFINITY,
    ...asked,
  );
  const view = { slots: book.slots, lastAskedMs, backoff: book.backoff };
  const delay = delayOf(view, { key, nowMs, polling: newerThanMs !== undefined, inTurn }, limits);
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
  readonly #bell: Bell;
  #book: Book;
  #lastId = 0;

  constructor(options: {
    limits: Limits;
    random: () => number;
    sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
    slots?: readonly Slot[];
  }) {
    this.limits = options.limits;
    this.#random = options.random;
    this.#bell = new Bell(options.sleep);
    const slots = (options.slots ?? []).map((slot) => ({ ...slot, id: ++this.#lastId }));
    this.#book = { ...emptyBook(options.limits), slots };
  }

  approach(approach: Approach): AccountStep {
    const { answers, backoff } = this.#book;
    const slots = this.#book.slots.filter((slot) => slot.countsUntilMs > approach.nowMs);
    const step = decide({ slots, backoff, answer: answers.get(approach.key) }, approach, this.limits);
    if (step.kind !== 'granted') return step;
    const slot = { ...step.slot, id: ++this.#lastId };
    this.#book = { answers, backoff, slots: [...slots, slot] };
    return { kind: 'granted', slotId: slot.id, takenMs: slot.takenMs };
  }

  settle(settlement: Settlement): void {
    const { slots, answers, backoff } = this.#book;
    const { slotId, key, takenMs, outcome } = settlement;
    const others = slots.filter(({ id }) => id !== slotId);
    const told = new Map(answers);
    if (outcome !== undefined) told.set(key, { record: outcome.record, askedMs: takenMs });
    this.#book = {
      slots: [...others, { ...settledSlot(settlement), id: slotId }],
      answers: told,
      backoff: backoffAfter(backoff, settlement, this.limits, this.#random),
    };
    this.#bell.ring();
  }

  async changed(ms: number, signal?: AbortSignal): Promise<void> {
    await this.#bell.wait(ms, signal);
  }

  close(): void {
    this.#bell.ring();
  }
}
