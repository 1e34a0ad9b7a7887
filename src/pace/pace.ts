import { type Clock, untilTold } from '../base/clock.ts';
import { startDeadline } from '../base/deadline.ts';
import type { Ledger } from './account.ts';
import type { Alarm, Answered, AskOptions, AskOutcome, Pace, Tally } from './types.ts';

/**
 * How often a waiting process looks at the ledger if nothing wakes it, in ms. Each look is a sign of life, and
 * detects that the process with the request has died.
 */
const defaultLookEveryMs = 1_000;

/** How long one request may take, from its slot to its answer, in ms. */
export const defaultRequestTimeoutMs = 10_000;

/** This process's pace, on a ledger. */
export function createPace(options: PaceOptions): Pace {
  return new LedgerPace(options);
}

interface PaceOptions {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly requestTimeoutMs?: number;
  readonly lookEveryMs?: number;
}

class LedgerPace implements Pace {
  readonly tally: Tally = { sent: 0, refused: 0, shared: 0 };
  readonly requestTimeoutMs: number;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #lookEveryMs: number;

  constructor({ ledger, clock, requestTimeoutMs, lookEveryMs }: PaceOptions) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#lookEveryMs = lookEveryMs ?? defaultLookEveryMs;
    this.requestTimeoutMs = requestTimeoutMs ?? defaultRequestTimeoutMs;
  }

  async ask(
    key: string,
    send: (signal: AbortSignal) => Promise<AskOutcome>,
    options: AskOptions = {},
  ): Promise<Answered> {
    const { newerThanMs, signal, aside = false, inTurn = false, alarm, onDelay } = options;
    for (;;) {
      signal?.throwIfAborted();
      const nowMs = this.#clock.nowMs();
      const { requestTimeoutMs } = this;
      const due = alarm?.due(nowMs);
      const step = this.#ledger.approach({
        key,
        nowMs,
        newerThanMs,
        requestTimeoutMs,
        inTurn,
        ...(due === undefined ? {} : { dueMs: due.lastMs }),
      });
      if (step.kind === 'answered') {
        this.tally.shared += 1;
        return { ...step.answer, shared: true };
      }
      if (step.kind === 'granted') return await this.#send({ key, aside, ...step }, send, signal);
      onDelay?.(step.delay);
      const untilMs = Math.min(step.delay.untilMs, due?.nextMs ?? Number.POSITIVE_INFINITY);
      await this.#changed(Math.min(untilMs - nowMs, this.#lookEveryMs), alarm, signal);
    }
  }

  noteWatch(): void {
    this.#ledger.noteWatch(this.#clock.nowMs());
  }

  isWatched(): boolean {
    return this.#ledger.isWatched(this.#clock.nowMs());
  }

  /** Resolves when the ledger or the alarm may have changed, at the latest after `ms`. */
  async #changed(ms: number, alarm: Alarm | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (alarm === undefined) return this.#ledger.changed(ms, signal);
    await untilTold(alarm.subscribe, (stop) => this.#ledger.changed(ms, stop), signal);
  }

  async #send(
    { key, aside, slotId, takenMs }: { key: string; aside: boolean; slotId: number; takenMs: number },
    send: (signal: AbortSignal) => Promise<AskOutcome>,
    signal: AbortSignal | undefined,
  ): Promise<Answered> {
    const settle = (outcome: AskOutcome | undefined): void =>
      this.#ledger.settle({ slotId, key, takenMs, nowMs: this.#clock.nowMs(), outcome, aside });
    let outcome: AskOutcome;
    this.tally.sent += 1;
    try {
      outcome = await this.#bounded(takenMs, send, signal);
      signal?.throwIfAborted();
    } catch (error) {
      // Interrupted: the request still counts, but its result says nothing about the API.
      settle(undefined);
      throw error;
    }
    if (outcome.signal.kind === 'refused') this.tally.refused += 1;
    settle(outcome);
    return { record: outcome.record, askedMs: takenMs, shared: false };
  }

  /**
   * Runs `send` with a signal that fires when the slot's time is up. The time starts when the slot is taken, so
   * a process that was stopped (SIGSTOP) in between gives the request up on return instead of sending it after
   * its slot has stopped counting.
   */
  async #bounded(
    takenMs: number,
    send: (signal: AbortSignal) => Promise<AskOutcome>,
    signal: AbortSignal | undefined,
  ): Promise<AskOutcome> {
    const atMs = takenMs + this.requestTimeoutMs;
    const isOver = this.#clock.nowMs() >= atMs;
    const message = isOver ? 'its slot ran out' : `no answer within ${this.requestTimeoutMs / 1000} s`;
    const deadline = startDeadline(this.#clock, atMs, { signal, message });
    try {
      return await send(deadline.signal);
    } finally {
      deadline.end();
    }
  }
}
