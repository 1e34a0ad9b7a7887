/** The result of one attempt to signal. */
export type Answer =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterMs?: number | undefined }
  /** no answer at all, with the reason in words */
  | { readonly kind: 'trouble'; readonly reason: string };

/** What to do after an attempt. */
export type NextStep =
  | { readonly kind: 'delivered' }
  /** the same again, later */
  | { readonly kind: 'again'; readonly why: string; readonly retryAfterMs?: number | undefined }
  /** the same request would get the same answer */
  | { readonly kind: 'give-up'; readonly why: string };

/** Statuses below 500 that may pass: time-out, too early, too many requests (RFC 9110, 8470, 6585). */
const passing: readonly number[] = [408, 425, 429];

/**
 * Decides the next step after an answer. A redirect is not followed, because it would pass the signal to a
 * host that the owner has not named.
 */
export function nextStep(answer: Answer): NextStep {
  if (answer.kind === 'trouble') return { kind: 'again', why: answer.reason };
  const { status, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status >= 500 || passing.includes(status))
    return { kind: 'again', why: `it answers with status ${status}`, retryAfterMs };
  if (status >= 300 && status < 400)
    return { kind: 'give-up', why: `it answers with a redirect (${status}), which is not followed` };
  return { kind: 'give-up', why: refusals[status] ?? `it answers with status ${status}` };
}

const refusals: Readonly<Record<number, string>> = {
  400: 'it does not understand the signal (400)',
  401: 'it does not accept the signature or the token (401): have they expired?',
  403: 'it does not permit the signal (403)',
  404: 'it knows no such handle (404): has the stack been deleted?',
};

/** The first and the last ceiling of the delay between two attempts, in ms. */
const firstCeilingMs = 1_000;
const lastCeilingMs = 15_000;

/**
 * The delay before the next attempt, in ms: the ceiling doubles each time, and half of it is random, because
 * a stack's servers tend to end their waits together.
 * @param attempts made so far, from 1
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(attempts: number, random: () => number): number {
  const ceilingMs = Math.min(lastCeilingMs, firstCeilingMs * 2 ** Math.min(attempts - 1, 10));
  return ceilingMs / 2 + (random() * ceilingMs) / 2;
}
