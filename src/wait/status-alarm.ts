import type { Clock } from '../base/clock.ts';
import type { Alarm } from '../pace/types.ts';
import { type AlarmPlan, dueOf, planAfter, quietPlan } from './alarm.ts';
import type { Changes, LocalSource } from './local-source.ts';
import type { Deployment } from './verdict.ts';

/** Between two reads, in ms: a flood of changes costs the least at first, and the most once it goes on. */
const readAgainMs = { least: 250, most: 5_000 } as const;

interface StatusAlarmOptions {
  readonly source: LocalSource<Deployment>;
  readonly changes: Changes;
  readonly clock: Clock;
  /** ends it */
  readonly signal: AbortSignal;
}

/**
 * Reads the status on this server whenever it may have changed, and says when to ask the API because of that. The
 * API's word decides: this is only the alarm clock.
 */
export class StatusAlarm implements Alarm {
  readonly #options: StatusAlarmOptions;
  readonly #listeners = new Set<() => void>();
  #plan: AlarmPlan = quietPlan;
  #isReading = false;
  #isStale = false;

  constructor(options: StatusAlarmOptions) {
    this.#options = options;
    const { changes, signal } = options;
    const unsubscribe = changes.subscribe(() => void this.#read());
    signal.addEventListener('abort', unsubscribe, { once: true });
  }

  due(nowMs: number): { readonly lastMs: number; readonly nextMs: number } {
    return dueOf(this.#plan, nowMs);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Reads until nothing has changed since the last read. Never rejects. */
  async #read(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    const { source, clock, signal } = this.#options;
    let pauseMs: number = readAgainMs.least;
    try {
      while (this.#isStale && !signal.aborted) {
        this.#isStale = false;
        const { verdict } = await source.read(signal);
        if (signal.aborted) return;
        const isNew = this.#follow(planAfter(this.#plan, verdict, clock.nowMs()));
        pauseMs = isNew ? readAgainMs.least : Math.min(pauseMs * 2, readAgainMs.most);
        await clock.sleep(pauseMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.#isReading = false;
    }
  }

  /** Whether the plan is a new one; who waits is woken by that. */
  #follow(plan: AlarmPlan): boolean {
    if (plan === this.#plan) return false;
    this.#plan = plan;
    for (const listener of [...this.#listeners]) listener();
    return true;
  }
}
