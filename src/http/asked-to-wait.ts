import type { Head } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';

/** A header of an answer; the first, where it comes more than once. */
export function headerOf({ headers }: Head, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** When an answer was given by the clock of the server that sent it (`Date`), ms since 1970; undefined: it does not say. */
export function dateOf(head: Head): number | undefined {
  const dateMs = Date.parse(headerOf(head, 'date') ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs;
}

/**
 * How long an answer asks us to wait, in ms: by Retry-After, or by its body unless that is what was asked for.
 * @param nowMs the time at the API, ms since 1970, where the answer does not say it; undefined: by our own clock
 */
export function askedToWaitMs(head: Head, body: string, nowMs?: number): number | undefined {
  return retryAfterMs(
    headerOf(head, 'retry-after') ?? (head.status === 200 ? undefined : retryAfterIn(body)),
    headerOf(head, 'date'),
    nowMs ?? Date.now(),
  );
}

/** `{"overLimit": {"code": 413, "retryAfter": "10"}}`: some have it in the body alone. */
function retryAfterIn(text: string): string | undefined {
  return /"retryAfter"\s*:\s*"?([^",}]{1,40})/.exec(text)?.[1];
}
