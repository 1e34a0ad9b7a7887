import type { Clock } from '../base/clock.ts';
import { startDeadline } from '../base/deadline.ts';
import type { Reply } from '../http/types.ts';
import type { Alarm, Delay } from '../pace/types.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import type { Operation } from '../rackconnect/types.ts';
import type { Verdict } from './verdict.ts';

/** An event during a wait; times are on the clock. */
export type WaitEvent<T = unknown> =
  | {
      readonly kind: 'answer';
      readonly verdict: Verdict<T>;
      readonly askedMs: number;
      readonly shared: boolean;
    }
  | { readonly kind: 'delay'; readonly delay: Delay }
  | ({ readonly kind: 'hint' } & Hint<T>);

/** What a second source says while the first is being asked. */
export interface Hint<T> {
  readonly verdict: Verdict<T>;
  /** the first source gives no usable answer at present, so this is all that is known */
  readonly instead: boolean;
}

/** How waiting for one thing ended. */
export type Waited<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** the deadline passed; `answered`: with at least one valid "not yet"; `refused`: with nothing but 403 */
  | {
      readonly kind: 'deadline';
      readonly answered: boolean;
      readonly refused: boolean;
      readonly why: string;
    };

/** The result of one question. */
export interface PollResult<T> {
  readonly verdict: Verdict<T>;
  /** on the clock: when the question was asked */
  readonly askedMs: number;
  /** another process had just asked */
  readonly shared: boolean;
}

export interface PollOptions<T> {
  /** accept only an answer asked for after this moment; undefined: any fresh one */
  readonly newerThanMs: number | undefined;
  readonly signal: AbortSignal;
  readonly onDelay: (delay: Delay) => void;
  readonly onHint: (hint: Hint<T>) => void;
  /** two questions alternate, and share the pace of one */
  readonly inTurn?: boolean;
}

/** Something to poll: the question, and what the answer means. Keeps its own pace. */
export interface Poller<T> {
  /** Resolves to the next answer. @throws the signal's reason when aborted */
  ask(options: PollOptions<T>): Promise<PollResult<T>>;
}

/** A question to the API. */
export interface Question<T> {
  readonly operation: Operation;
  readonly judge: (reply: Reply) => Verdict<T>;
}

/**
 * Asks the API a question, as fast as its pace permits.
 * @param alarm asks at its moments, too
 */
export function ofApi<T>(
  client: RackconnectClient,
  { operation, judge }: Question<T>,
  alarm?: Alarm,
): Poller<T> {
  return {
    async ask({ newerThanMs, signal, onDelay, inTurn = false }) {
      const { reply, askedMs, shared } = await client.ask(operation, 'json', {
        ...(newerThanMs === undefined
          ? {}
          : { newerThanMs, inTurn, ...(alarm === undefined ? {} : { alarm }) }),
        signal,
        onDelay,
      });
      return { verdict: withAddress(judge(reply), client.baseUrl), askedMs, shared };
    },
  };
}

/** Names the API that gave no usable answer: the reason may be that it is the wrong one. */
function withAddress<T>(verdict: Verdict<T>, baseUrl: string | undefined): Verdict<T> {
  return verdict.kind !== 'error' || baseUrl === undefined
    ? verdict
    : { ...verdict, why: `${verdict.why} (${baseUrl})` };
}

export interface LoopOptions<T> {
  readonly clock: Clock;
  /** on the clock; Infinity: none */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WaitEvent<T>) => void;
}

/**
 * The one loop: polls until the verdict is "done" or the deadline has passed. The inquiry decides when to ask
 * and whether another process has asked already; the loop only demands an answer newer than its last.
 * @throws the signal's reason when aborted
 */
export async function waitFor<T>(inquiry: Poller<T>, options: LoopOptions<T>): Promise<Waited<T>> {
  const { clock, onEvent, signal, deadlineMs } = options;
  const deadline = startDeadline(clock, deadlineMs, { signal });
  let newerThanMs: number | undefined;
  let answered = false;
  let refusedOnly = true;
  let why = 'nothing was asked: the deadline passed first';
  let hinted = '';
  const onDelay = (delay: Delay): void => onEvent({ kind: 'delay', delay });
  const onHint = (hint: Hint<T>): void => {
    // A valid "not yet" counts whoever reported it; otherwise the deadline would end as "API unavailable"
    // although xenstore had answered.
    if (hint.instead && hint.verdict.kind === 'not-yet' && hint.verdict.seen !== undefined) {
      answered = true;
      hinted = `${hint.verdict.why}; `;
    }
    onEvent({ kind: 'hint', ...hint });
  };
  try {
    for (;;) {
      deadline.signal.throwIfAborted();
      const polled = await inquiry.ask({ newerThanMs, signal: deadline.signal, onDelay, onHint });
      newerThanMs = polled.askedMs;
      const { verdict } = polled;
      onEvent({ kind: 'answer', ...polled });
      if (verdict.kind === 'done') return verdict;
      why = verdict.why;
      answered ||= verdict.kind === 'not-yet';
      if (verdict.kind === 'not-yet') hinted = '';
      refusedOnly &&= verdict.kind === 'error' && verdict.refused;
    }
  } catch (error) {
    if (!deadline.hasPassed()) throw error;
    const refused = refusedOnly && newerThanMs !== undefined;
    return { kind: 'deadline', answered, refused, why: hinted + why };
  } finally {
    deadline.end();
  }
}
