import { type Clock, systemClock } from './clock.ts';

/** The abort reason of a deadline's signal when its moment has come. */
export class DeadlinePassed extends Error {}

/** A moment on a clock by which something must have ended. */
export interface Deadline {
  /** aborts at the moment with a `DeadlinePassed`, or before it when the caller's signal does, with its reason */
  readonly signal: AbortSignal;
  /** ms until the moment; 0 from then on */
  leftMs(): number;
  /** whether the moment has come, and the caller's signal has not been aborted */
  hasPassed(): boolean;
  /** Call it when the work has ended: stops the timer, and lets go of the caller's signal. */
  end(): void;
}

interface DeadlineOptions {
  /** of the caller */
  readonly signal?: AbortSignal | undefined;
  /** of the `DeadlinePassed` */
  readonly message?: string;
}

/**
 * Starts a deadline at `atMs` on the clock; Infinity: never. One that has passed already aborts at once.
 *
 * It uses one listener on the caller's signal: `AbortSignal.any` for each of many short deadlines would pile up
 * on a signal that lives as long as a wait.
 */
export function startDeadline(clock: Clock, atMs: number, options: DeadlineOptions = {}): Deadline {
  const { signal: outer, message = 'the deadline passed' } = options;
  const over = new AbortController();
  const ended = new AbortController();
  let isDue = false;
  const leftMs = (): number => Math.max(atMs - clock.nowMs(), 0);
  const interrupt = (): void => over.abort(outer?.reason);
  const run = async (): Promise<void> => {
    // A timer has a maximum, and may fire a little early: the clock decides.
    for (let ms = leftMs(); ms > 0; ms = leftMs()) await clock.sleep(ms, ended.signal);
    isDue = true;
    over.abort(new DeadlinePassed(message));
  };
  if (outer?.aborted) interrupt();
  outer?.addEventListener('abort', interrupt, { once: true });
  if (atMs !== Number.POSITIVE_INFINITY) run().catch(() => {});
  return {
    signal: over.signal,
    leftMs,
    hasPassed: () => isDue && outer?.aborted !== true,
    end() {
      ended.abort();
      outer?.removeEventListener('abort', interrupt);
    },
  };
}

/** A deadline that starts only when the caller's signal aborts: `graceMs` later its own signal does. */
export function graceAfter(
  signal: AbortSignal,
  graceMs: number,
  clock: Clock = systemClock,
): Pick<Deadline, 'signal' | 'end'> {
  const over = new AbortController();
  const ended = new AbortController();
  const start = (): void =>
    void clock.sleep(graceMs, ended.signal).then(
      () => over.abort(new DeadlinePassed('the deadline passed')),
      () => {},
    );
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return {
    signal: over.signal,
    end() {
      ended.abort();
      signal.removeEventListener('abort', start);
    },
  };
}

/**
 * The result of `work`, or of `late` if it takes longer than `limitMs`. A read that the kernel does not answer
 * cannot be cancelled: it is abandoned, and must not delay a boot.
 */
export async function within<T>(
  work: Promise<T>,
  limitMs: number,
  late: () => T,
  clock: Clock = systemClock,
): Promise<T> {
  const deadline = startDeadline(clock, clock.nowMs() + limitMs);
  const tooLate = new Promise<T>((resolve) => {
    const giveUp = (): void => resolve(late());
    if (deadline.signal.aborted) giveUp();
    else deadline.signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    deadline.end();
  }
}
