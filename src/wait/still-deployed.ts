import type { Clock } from '../base/clock.ts';
import type { Poller, PollOptions, PollResult } from './loop.ts';
import type { Deployment } from './verdict.ts';

/**
 * Interval between looks at the status after DEPLOYED, in ms. Long, because each look takes the turn of a
 * question for the next step (`inTurn`).
 */
const lookEveryMs = 10_000;

/** How long a look waits if the API may not be asked at present (refused, out of quota), in ms. */
const graceMs = 2_000;

/** The options that a look takes from the question that it precedes. */
type Asking = Pick<PollOptions<unknown>, 'signal' | 'onDelay'>;

/** The automation ended otherwise after all. */
export class Overruled {
  readonly deployment: Deployment;

  constructor(deployment: Deployment) {
    this.deployment = deployment;
  }
}

/**
 * Keeps looking at the status while something else is waited for: DEPLOYED is not final if RackConnect starts
 * again, and a gateway may be asked for during an hour. FAILED or UNPROCESSABLE then wins. Any other status
 * changes nothing, nor does one that cannot be read: DEPLOYED was seen.
 */
export class StillDeployed {
  readonly #status: Poller<Deployment>;
  readonly #clock: Clock;
  #lookedMs: number;

  constructor(status: Poller<Deployment>, clock: Clock) {
    this.#status = status;
    this.#clock = clock;
    this.#lookedMs = clock.nowMs();
  }

  /** The same inquiry, with an occasional look at the status before it asks again. */
  while<T>(inquiry: Poller<T>): Poller<T | Overruled> {
    return {
      ask: async (options) => {
        // The first question is usually answered at once.
        if (options.newerThanMs !== undefined && this.#clock.nowMs() - this.#lookedMs >= lookEveryMs) {
          const overruled = await this.#look(options);
          if (overruled !== undefined) return overruled;
        }
        return inquiry.ask({ ...options, inTurn: true });
      },
    };
  }

  /** One look, abandoned if the API may not be asked at present, because the next step must not wait for it. */
  async #look({ signal, onDelay }: Asking): Promise<PollResult<Overruled> | undefined> {
    const startedMs = this.#clock.nowMs();
    const giveUp = new AbortController();
    try {
      const { verdict, askedMs, shared } = await this.#status.ask({
        newerThanMs: this.#lookedMs,
        signal: AbortSignal.any([signal, giveUp.signal]),
        onDelay: (delay) => {
          onDelay(delay);
          const isPaced = delay.because === 'pace' || delay.because === 'in-flight';
          if (!isPaced && this.#clock.nowMs() - startedMs >= graceMs) giveUp.abort();
        },
        onHint: () => {},
        inTurn: true,
      });
      if (verdict.kind !== 'done' || verdict.value.status === 'DEPLOYED') return undefined;
      return { verdict: { kind: 'done', value: new Overruled(verdict.value) }, askedMs, shared };
    } catch (error) {
      if (signal.aborted || !giveUp.signal.aborted) throw error;
      return undefined;
    } finally {
      this.#lookedMs = this.#clock.nowMs();
    }
  }
}
