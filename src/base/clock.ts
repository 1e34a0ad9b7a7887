import { setTimeout as delay } from 'node:timers/promises';

/**
 * Time as rc-wait sees it. Injected everywhere, so that tests run the same
 * code on a virtual clock.
 */
export interface Clock {
  /** Milliseconds on a monotonic clock that every process of one boot shares. */
  nowMs(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason, at once, when it is aborted
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest time of a timer of Node, in ms (nearly 25 days): above it
 * setTimeout wraps to 1 ms, and "infinity" must not become "now".
 */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * CLOCK_MONOTONIC, which process.hrtime reads on Linux: the same for every
 * process of a boot and never stepped, unlike the wall clock, which NTP steps
 * just while a server boots.
 */
export const systemClock: Clock = {
  nowMs: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await delay(Math.min(Math.max(ms, 0), longestTimerMs), undefined, signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
