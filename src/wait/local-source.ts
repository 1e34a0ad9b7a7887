import { type Clock, untilTold } from '../base/clock.ts';
import { RcWaitError } from '../base/error.ts';
import type { Hint, Poller, PollOptions, PollResult } from './loop.ts';
import type { Verdict } from './verdict.ts';

/** A source on this server that needs no request and costs no quota. */
export interface LocalSource<T> {
  /** Reads the source once, within seconds. Never rejects; ends early when aborted. */
  read(signal: AbortSignal): Promise<SourceRead<T>>;
  /** absent: only a read shows a change */
  readonly changes?: Changes | undefined;
}

/** Tells when what a source says may have changed. */
export interface Changes {
  /** how many changes were told until now */
  readonly count: number;
  /** Calls `listener` at each change. Returns the function that ends this. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** The result of one read. */
export interface SourceRead<T> {
  readonly verdict: Verdict<T>;
  /** with an error: the result stays the same for as long as this server runs */
  readonly lasting?: boolean;
}

/** Interval between reads of such a source, in ms. Each read is a child process. */
const lookEveryMs = {
  /** as the only source */
  alone: 1_000,
  /** beside an API that answers, whose word counts: a hint for a person who watches */
  withFallback: 5_000,
  /** after a failed read */
  failing: 10_000,
  /** when changes are told again and again */
  flood: 250,
} as const;

/**
 * Polls such a source alone.
 * @throws RcWaitError CONFIGURATION, from `ask`, if there is nothing to read
 */
export function ofSource<T>(source: LocalSource<T>, clock: Clock): Poller<T> {
  const { changes } = source;
  let seen = changes?.count ?? 0;
  let wasTold = false;
  /** Sleeps until the next look, or until a change is told that no look has seen. */
  const sleepUntil = async (dueMs: number, signal: AbortSignal): Promise<void> => {
    if (changes === undefined) return clock.sleep(dueMs - clock.nowMs(), signal);
    if (wasTold) await clock.sleep(lookEveryMs.flood, signal);
    const sleep = (stop: AbortSignal): Promise<void> => clock.sleep(dueMs - clock.nowMs(), stop);
    if (changes.count === seen) await untilTold(changes.subscribe, sleep, signal);
    wasTold = changes.count !== seen;
  };
  return {
    async ask({ newerThanMs, signal, onDelay }) {
      const dueMs = (newerThanMs ?? Number.NEGATIVE_INFINITY) + lookEveryMs.alone;
      if (dueMs > clock.nowMs()) {
        onDelay({ because: 'pace', untilMs: dueMs });
        await sleepUntil(dueMs, signal);
      }
      const askedMs = clock.nowMs();
      seen = changes?.count ?? 0;
      const { verdict, lasting } = await source.read(signal);
      signal.throwIfAborted();
      if (lasting === true && verdict.kind === 'error')
        throw new RcWaitError('CONFIGURATION', `cannot wait without the API: ${verdict.why}`, {
          hint: 'use --source api, or auto',
        });
      return { verdict, askedMs, shared: false };
    },
  };
}

/**
 * Asks the API and reads a source of this server beside it. While the API answers, the source is only a hint;
 * while the API refuses or cannot be reached, the source's word counts.
 */
export function withFallback<T>(api: Poller<T>, source: LocalSource<T>, clock: Clock): Poller<T> {
  return new WithFallback(api, source, clock);
}

class WithFallback<T> implements Poller<T> {
  readonly #api: Poller<T>;
  readonly #source: LocalSource<T>;
  readonly #clock: Clock;
  /** the API's last answer was usable; true at first, to give it a chance */
  #usable = true;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #failing = false;
  #gone = false;

  constructor(api: Poller<T>, source: LocalSource<T>, clock: Clock) {
    this.#api = api;
    this.#source = source;
    this.#clock = clock;
  }

  async ask(options: PollOptions<T>): Promise<PollResult<T>> {
    const { signal, onDelay, onHint } = options;
    signal.throwIfAborted();
    const stop = new AbortController();
    const abort = (): void => stop.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const asked = this.#api.ask({
      ...options,
      signal: stop.signal,
      onDelay: (delay) => {
        // After a refusal of another process this one may not even ask.
        if (delay.because === 'refused' || delay.because === 'failed') this.#usable = false;
        onDelay(delay);
      },
    });
    const watched = this.#watch(stop.signal, onHint);
    try {
      const first = await Promise.race([asked, watched]);
      this.#usable = first.verdict.kind !== 'error';
      return first;
    } finally {
      signal.removeEventListener('abort', abort);
      stop.abort();
      watched.catch(() => {});
      // Let a cancelled request end, so that its slot is accounted for.
      await asked.catch(() => {});
    }
  }

  /** Reads again and again; resolves only when the source says "done" and the API is unusable. */
  async #watch(signal: AbortSignal, onHint: (hint: Hint<T>) => void): Promise<PollResult<T>> {
    for (;;) {
      const dueMs = this.#lookedMs + this.#everyMs();
      const nowMs = this.#clock.nowMs();
      if (this.#gone || dueMs > nowMs) {
        // In short steps: the API may become unusable meanwhile.
        const stepMs = this.#gone ? Number.POSITIVE_INFINITY : lookEveryMs.alone;
        await this.#clock.sleep(Math.min(dueMs - nowMs, stepMs), signal);
        continue;
      }
      const { verdict, lasting = false } = await this.#source.read(signal);
      // A read cut short by an answer of the API does not count: the next one comes at once.
      signal.throwIfAborted();
      this.#lookedMs = nowMs;
      this.#gone = lasting;
      this.#failing = verdict.kind === 'error';
      const instead = !this.#usable;
      if (verdict.kind === 'done' && instead) return { verdict, askedMs: nowMs, shared: false };
      onHint({ verdict, instead });
    }
  }

  #everyMs(): number {
    if (this.#gone) return Number.POSITIVE_INFINITY;
    if (this.#failing) return lookEveryMs.failing;
    return this.#usable ? lookEveryMs.withFallback : lookEveryMs.alone;
  }
}
