import { setTimeout as delay } from 'node:timers/promises';

/** Time for all of rc-wait. Injected everywhere, so that tests run the same code on a virtual clock. */
export interface Clock {
  /** Milliseconds on a monotonic clock that all processes of a boot share. */
  nowMs(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason as soon as it is aborted
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest timer in Node, in ms (nearly 25 days): above it setTimeout wraps to 1 ms, and "infinity" must not
 * become "now".
 */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * CLOCK_MONOTONIC, which process.hrtime reads on Linux: shared by all processes of a boot and never stepped,
 * unlike the wall clock, which NTP steps while a server boots.
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

/**
 * Sleeps until a listener is called, at the latest until the sleep is over. It listens to the caller's signal by
 * itself and stops doing so: AbortSignal.any for each sleep would pile up on a signal that lives as long as a wait.
 * @throws the signal's reason when aborted
 */
export async function untilTold(
  subscribe: (listener: () => void) => () => void,
  sleep: (stop: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const woken = new AbortController();
  const wake = (): void => woken.abort();
  const unsubscribe = subscribe(wake);
  signal?.addEventListener('abort', wake, { once: true });
  try {
    await sleep(woken.signal);
  } catch (error) {
    if (!woken.signal.aborted) throw error;
  } finally {
    unsubscribe();
    signal?.removeEventListener('abort', wake);
  }
  signal?.throwIfAborted();
}
