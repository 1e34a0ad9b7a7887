import type { Clock } from '../base/clock.ts';
import type { Inquiry, InquiryOptions, Told } from './loop.ts';
import type { Deployment } from './verdict.ts';

/**
 * How often the status is looked at once DEPLOYED was seen, in ms. Seldom: each
 * look takes the turn of a question for what is waited for (`inTurn`).
 */
const lookEveryMs = 10_000;

/** How long a look waits where the API is not to be asked at present (refused, out of quota), in ms. */
const graceMs = 2_000;

/** What a look needs of the question that it goes with. */
type Asking = Pick<InquiryOptions<unknown>, 'signal' | 'onDelay'>;

/** The automation has ended otherwise than it had seemed. */
export class Overruled {
  readonly deployment: Deployment;

  constructor(deployment: Deployment) {
    this.deployment = deployment;
  }
}

/**
 * Goes on looking at the status while something else is waited for: DEPLOYED is
 * not the last word where RackConnect begins anew, and a gateway may be asked for
 * during an hour. FAILED or UNPROCESSABLE then wins. All other words change
 * nothing, nor does a status that cannot be had: DEPLOYED was seen.
 */
export class StillDeployed {
  readonly #status: Inquiry<Deployment>;
  readonly #clock: Clock;
  #lookedMs: number;

  constructor(status: Inquiry<Deployment>, clock: Clock) {
    this.#status = status;
    this.#clock = clock;
    this.#lookedMs = clock.nowMs();
  }

  /** The same inquiry, with a look at the status now and then before it is put once more. */
  while<T>(inquiry: Inquiry<T>): Inquiry<T | Overruled> {
    return {
      ask: async (options) => {
        // What is asked for the first time is had at once, as a rule.
        if (options.newerThanMs !== undefined && this.#clock.nowMs() - this.#lookedMs >= lookEveryMs) {
          const overruled = await this.#look(options);
          if (overruled !== undefined) return overruled;
        }
        return inquiry.ask({ ...options, inTurn: true });
      },
    };
  }

  /** One look, given up where the API is not to be asked at present: what is waited for must not wait for that. */
  async #look({ signal, onDelay }: Asking): Promise<Told<Overruled> | undefined> {
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
