import type { Clock } from '../base/clock.ts';
import { startDeadline } from '../base/deadline.ts';
import { RcWaitError } from '../base/error.ts';
import { type Login, LoginTrouble, type Session, sessionOrError } from '../openstack/login/login.ts';
import { calm, nextBackoff } from '../pace/backoff.ts';

/** What retrying a login until it succeeds needs. */
export interface FirstLoginOptions {
  readonly login: Login;
  readonly clock: Clock;
  readonly random: () => number;
  /** on the clock, in ms; Infinity: none */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** receives each failed login, and in how many ms the next one follows */
  readonly onTrouble: (reason: string, inMs: number) => void;
}

/**
 * Opens the first session of a wait: an identity API that is away for a minute must not end a wait of an
 * hour.
 * @throws RcWaitError API_UNAVAILABLE at the deadline, or at once if waiting is useless; API_REFUSED when the
 *   credentials are refused; the signal's reason when aborted
 */
export async function firstSession(options: FirstLoginOptions): Promise<Session> {
  const { login, clock, signal } = options;
  const deadline = startDeadline(clock, options.deadlineMs, { signal });
  let backoff = calm(0);
  let trouble: RcWaitError = new RcWaitError('API_UNAVAILABLE', 'cannot log in: no answer came in time');
  try {
    for (;;) {
      const session = await sessionOrError(login, deadline.signal);
      if (!(session instanceof RcWaitError)) return session;
      if (!(session instanceof LoginTrouble)) throw session;
      trouble = session;
      const { retryAfterMs } = session;
      const failed = { kind: 'failed', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } as const;
      const failedMs = clock.nowMs();
      backoff = nextBackoff(backoff, failed, failedMs, 0, options.random);
      // The clock is not asked again: on a busy machine, a Retry-After of 1 s would be reported as 998 ms.
      options.onTrouble(trouble.message, backoff.notBeforeMs - failedMs);
      await clock.sleep(backoff.notBeforeMs - clock.nowMs(), deadline.signal);
    }
  } catch (error) {
    if (deadline.hasPassed() && error === deadline.signal.reason) throw trouble;
    throw error;
  } finally {
    deadline.end();
  }
}
