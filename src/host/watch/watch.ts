import type { Clock } from '../../base/clock.ts';
import type { Reading } from '../../base/reading.ts';
import type { ReadXenstore } from '../xenstore.ts';
import { startWatchChild, type WatchChild } from './child.ts';

/** In ms. */
const times = {
  /** until the first event, which the daemon sends as soon as a watch is set */
  firstEvent: 5_000,
  /** between a read that shows a change and the event of it */
  eventAfterRead: 1_000,
  /** how long what was read is believed without an event: a watch can die silently */
  believed: 5_000,
  /** until the next start after the first failure, and after many */
  againLeast: 1_000,
  againMost: 60_000,
  /** a run of this length was no failure */
  goodRun: 60_000,
  /** between looks whether the process that watches has gone */
  elsewhere: 5_000,
} as const;

export interface XenstoreWatchOptions {
  readonly folder: string;
  /** names in the folder; changes of others are passed over */
  readonly keys: readonly string[];
  readonly lockFile: string;
  readonly clock: Clock;
  /** uniform in [0, 1) */
  readonly random: () => number;
  readonly read: ReadXenstore;
  /** another process of this server watches, as far as is known */
  readonly isElsewhere: () => boolean;
  /** called when a read has shown again that the watch works */
  readonly onWorking: () => void;
  /** a sentence for the log */
  readonly onNotice: (notice: string) => void;
  /** ends it */
  readonly signal: AbortSignal;
  /** for tests */
  readonly start?: typeof startWatchChild;
}

/**
 * Keeps a watch on a folder of xenstore, in one process of this server: tells changes, and answers reads from what was
 * read since the last change.
 */
export class XenstoreWatch {
  readonly #options: XenstoreWatchOptions;
  readonly #listeners = new Set<() => void>();
  readonly #readings = new Map<string, { reading: Reading<string>; readMs: number; count: number }>();
  #count = 0;
  #child: WatchChild | undefined;
  #hasEvent = false;

  constructor(options: XenstoreWatchOptions) {
    this.#options = options;
  }

  /** How many changes were told until now. */
  get count(): number {
    return this.#count;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Reads a key, or answers with what was read since the last change and at most 5 s ago. Never rejects. */
  readonly read: ReadXenstore = async (key, signal) => {
    const { clock, read, onWorking, signal: over } = this.#options;
    const before = this.#hasEvent ? this.#readings.get(key) : undefined;
    const isCurrent = before?.count === this.#count;
    if (isCurrent && clock.nowMs() - before.readMs < times.believed) return before.reading;
    const [count, readMs] = [this.#count, clock.nowMs()];
    const reading = await read(key, signal);
    if (reading.kind === 'unknown') return reading;
    this.#readings.set(key, { reading, readMs, count });
    // After the end the caller may have closed what onWorking writes to.
    if (!this.#hasEvent || over.aborted) return reading;
    if (isCurrent && this.#count === count && !isSame(before.reading, reading)) this.#doubt(count);
    else onWorking();
    return reading;
  };

  /** Watches until the signal ends it, or for as long as this server can be watched. Never rejects. */
  async run(): Promise<void> {
    const { signal, onNotice } = this.#options;
    const stop = (): void => this.#child?.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#keep();
    } catch (error) {
      if (!signal.aborted) onNotice(`xenstore is not watched: ${String(error)}`);
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
      this.#hasEvent = false;
    }
  }

  async #keep(): Promise<void> {
    const { clock, random, isElsewhere, onNotice, signal } = this.#options;
    const sleep = (ms: number): Promise<void> => clock.sleep(ms * (0.5 + random()), signal);
    let hasLed = false;
    let failures = 0;
    for (;;) {
      if (!hasLed && isElsewhere()) {
        failures = 0;
        await sleep(times.elsewhere);
        continue;
      }
      const startedMs = clock.nowMs();
      const end = await this.#runOnce();
      signal.throwIfAborted();
      if (end.kind === 'none') return onNotice(`xenstore cannot be watched: ${end.why}`);
      hasLed = end.kind === 'died';
      if (end.kind === 'died') onNotice(`the watch on xenstore has ended: ${end.why}`);
      failures = clock.nowMs() - startedMs >= times.goodRun ? 0 : failures + 1;
      const least = hasLed ? times.againLeast : times.elsewhere;
      await sleep(Math.min(times.againMost, least * 2 ** Math.min(failures, 10)));
    }
  }

  async #runOnce(): Promise<Awaited<WatchChild['ended']>> {
    const { folder, lockFile, clock, start = startWatchChild } = this.#options;
    this.#hasEvent = false;
    const child = start({ folder, lockFile, onEvent: (path) => this.#hear(path) });
    this.#child = child;
    const over = new AbortController();
    const late = clock.sleep(times.firstEvent, over.signal).then(
      () => this.#hasEvent || child.stop(),
      () => undefined,
    );
    try {
      return await child.ended;
    } finally {
      this.#hasEvent = false;
      this.#child = undefined;
      over.abort();
      await late;
    }
  }

  #hear(path: string): void {
    this.#hasEvent = true;
    const { folder, keys } = this.#options;
    const [, name] = path.split(`${folder.slice(folder.lastIndexOf('/'))}/`);
    // The folder itself, or one around it: anything in it may have changed.
    if (name !== undefined && !keys.includes(name)) return;
    this.#count += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  /** A read has shown a change. If no event of it comes either, the watch is dead, and is started anew. */
  #doubt(count: number): void {
    const { clock, signal } = this.#options;
    const child = this.#child;
    const end = (): void => {
      if (this.#count === count && this.#child === child) child?.stop();
    };
    clock.sleep(times.eventAfterRead, signal).then(end, () => undefined);
  }
}

function isSame(one: Reading<string>, other: Reading<string>): boolean {
  const value = (reading: Reading<string>) => (reading.kind === 'known' ? reading.value : undefined);
  return one.kind === other.kind && value(one) === value(other);
}
