import type { Clock } from '../base/clock.ts';

/** The abort reason that `deadline` sets. */
export class DeadlinePassed extends Error {}

/**
 * Aborts `over` when the clock reaches the deadline (ms; Infinity: never), unless the returned controller
 * aborts first.
 */
export function deadline(clock: Clock, deadlineMs: number, over: AbortController): AbortController {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    // A timer has a maximum, and may fire a little early: the clock decides.
    for (let leftMs = deadlineMs - clock.nowMs(); leftMs > 0; leftMs = deadlineMs - clock.nowMs())
      await clock.sleep(leftMs, stop.signal);
    over.abort(new DeadlinePassed('the deadline passed'));
  };
  if (deadlineMs !== Number.POSITIVE_INFINITY) run().catch(() => {});
  return stop;
}
