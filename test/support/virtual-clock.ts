import type { Clock } from '../../src/base/clock.ts';

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when everyone sleeps: `run` wakes the sleepers one by
 * one, in order, and lets all that follows from it happen before the next.
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #sleepers = new Heap();

  constructor(startMs = 1_000_000) {
    this.#nowMs = startMs;
  }

  nowMs = (): number => this.#nowMs;

  sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (ms === Number.POSITIVE_INFINITY) return new Promise((_, reject) => onAbort(signal, reject));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let live = true;
    const stop = (): void => {
      live = false;
      reject(signal?.reason);
    };
    const wake = (): void => {
      if (!live) return;
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    signal?.addEventListener('abort', stop, { once: true });
    this.#sleepers.push({ atMs: this.#nowMs + Math.max(ms, 0), order: this.#order++, wake });
    return promise;
  };

  /** Runs `work` to its end, at the latest until `limitMs` of virtual time have passed. */
  async run<T>(work: Promise<T>, limitMs = 24 * 3_600_000): Promise<T> {
    let ended = false;
    const end = work.then(
      () => {
        ended = true;
      },
      () => {
        ended = true;
      },
    );
    const untilMs = this.#nowMs + limitMs;
    for (;;) {
      await settled();
      if (ended) break;
      const next = this.#sleepers.pop();
      if (next === undefined) throw new Error('everyone waits, and nobody for the clock: a deadlock');
      if (next.atMs > untilMs) throw new Error(`still at work after ${limitMs} ms of virtual time`);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    await end;
    return work;
  }
}

/** All promise reactions that are due have run: microtasks run to exhaustion before the next immediate. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function onAbort(signal: AbortSignal | undefined, reject: (reason: unknown) => void): void {
  signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
}

/** A binary heap: thousands of sleepers, and each wake-up takes the first. */
class Heap {
  readonly #items: Sleeper[] = [];

  push(item: Sleeper): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (above === undefined || !before(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Sleeper | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = items[child];
      if (left === undefined) break;
      const right = items[child + 1];
      if (right !== undefined && before(right, left)) child += 1;
      const least = items[child];
      if (least === undefined || !before(least, last)) break;
      items[at] = least;
      at = child;
    }
    items[at] = last;
    return first;
  }
}

const before = (a: Sleeper, b: Sleeper): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
