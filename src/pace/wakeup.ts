/** Wakes waiting processes of a ledger. Each kind of ledger has one. */
export class Wakeup {
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly #sleepers = new Set<AbortController>();

  constructor(sleep: (ms: number, signal?: AbortSignal) => Promise<void>) {
    this.#sleep = sleep;
  }

  /** Wakes every current waiter. */
  ring(): void {
    for (const sleeper of this.#sleepers) sleeper.abort();
  }

  /**
   * Resolves at the next ring, at the latest after `ms`.
   *
   * Uses one listener on the caller's signal and removes it again: AbortSignal.any for each of four looks a
   * second would pile up on a signal that lives as long as a wait without a deadline.
   *
   * @throws the signal's reason when aborted
   */
  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const sleeper = new AbortController();
    const wake = (): void => sleeper.abort();
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', wake, { once: true });
    try {
      await this.#sleep(ms, sleeper.signal);
    } catch (error) {
      if (!sleeper.signal.aborted) throw error;
    } finally {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener('abort', wake);
    }
    signal?.throwIfAborted();
  }
}
