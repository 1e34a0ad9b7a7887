import type { Clock } from '../base/clock.ts';
import type { Delay } from '../pace/pace.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import type { Operation, Reply } from '../rackconnect/types.ts';
import type { Verdict } from './verdict.ts';

/** What happens while something is waited for; the time is the clock's. */
export type WaitEvent<T = unknown> =
  | {
      readonly kind: 'answer';
      readonly verdict: Verdict<T>;
      readonly askedMs: number;
      readonly shared: boolean;
    }
  | { readonly kind: 'delay'; readonly delay: Delay };

/** How waiting for one thing ended. */
export type Waited<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** the deadline passed; `answered`: with at least one sound "not yet"; `refused`: with nothing but 403 */
  | {
      readonly kind: 'deadline';
      readonly answered: boolean;
      readonly refused: boolean;
      readonly why: string;
    };

/** One thing to wait for. */
export interface Question<T> {
  readonly operation: Operation;
  readonly judge: (reply: Reply) => Verdict<T>;
}

export interface WaitOptions<T> {
  readonly client: RackconnectClient;
  readonly clock: Clock;
  /** on the clock; Infinity: none */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WaitEvent<T>) => void;
}

/**
 * The one loop: asks until the verdict is "done" or the deadline has passed.
 * When to ask, and whether another process has asked already, is the pace's
 * business; this loop only says that it wants an answer newer than its last.
 *
 * @throws the signal's reason when aborted
 */
export async function waitFor<T>(question: Question<T>, options: WaitOptions<T>): Promise<Waited<T>> {
  const { client, clock, onEvent, signal, deadlineMs } = options;
  const deadline = new Deadline(clock, deadlineMs);
  const either = AbortSignal.any([signal, deadline.signal]);
  let newerThanMs: number | undefined;
  let answered = false;
  let refusedOnly = true;
  let why = 'nothing was asked: the deadline passed first';
  try {
    for (;;) {
      either.throwIfAborted();
      const told = await client.ask(question.operation, 'json', {
        ...(newerThanMs === undefined ? {} : { newerThanMs }),
        signal: either,
        onDelay: (delay) => onEvent({ kind: 'delay', delay }),
      });
      newerThanMs = told.askedMs;
      const verdict = question.judge(told.reply);
      onEvent({ kind: 'answer', verdict, askedMs: told.askedMs, shared: told.shared });
      if (verdict.kind === 'done') return verdict;
      why = verdict.why;
      answered ||= verdict.kind === 'not-yet';
      refusedOnly &&= verdict.kind === 'error' && verdict.refused;
    }
  } catch (error) {
    if (signal.aborted || !deadline.signal.aborted) throw error;
    return { kind: 'deadline', answered, refused: refusedOnly && newerThanMs !== undefined, why };
  } finally {
    deadline.forget();
  }
}

/** An AbortSignal that fires when the clock reaches a moment, unless it is forgotten before. */
class Deadline {
  readonly #passed = new AbortController();
  readonly #forgotten = new AbortController();

  constructor(clock: Clock, atMs: number) {
    if (atMs === Number.POSITIVE_INFINITY) return;
    this.#run(clock, atMs).catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#passed.signal;
  }

  async #run(clock: Clock, atMs: number): Promise<void> {
    // A timer has a longest time, and may fire a little early: the clock decides.
    for (let leftMs = atMs - clock.nowMs(); leftMs > 0; leftMs = atMs - clock.nowMs()) {
      await clock.sleep(leftMs, this.#forgotten.signal);
    }
    this.#passed.abort(new Error('the deadline passed'));
  }

  forget(): void {
    this.#forgotten.abort();
  }
}
