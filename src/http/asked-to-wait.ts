import type { Head } from './reply.ts';
import { retryAfterMs } from './retry-after.ts';

/** A header of an answer; its first value if it occurs several times. */
export function headerOf({ headers }: Head, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** When an answer was sent, by the server's clock (`Date`), ms since 1970; undefined: it does not say. */
export function dateOf(head: Head): number | undefined {
  const dateMs = Date.parse(headerOf(head, 'date') ?? '');
  return Number.isNaN(dateMs) ? undefined : dateMs;
}

/**
 * How long an answer asks the client to wait, in ms: from Retry-After, or from the body of an error.
 * @param nowMs the API's time, ms since 1970, for answers without one; undefined: this machine's time
 */
export function askedToWaitMs(head: Head, body: string, nowMs?: number): number | undefined {
  return retryAfterMs(
    headerOf(head, 'retry-after') ?? (head.status === 200 ? undefined : retryAfterIn(body)),
    headerOf(head, 'date'),
    nowMs ?? Date.now(),
  );
}

/** `{"overLimit": {"code": 413, "retryAfter": "10"}}`: some APIs send it only in the body. */
function retryAfterIn(text: string): string | undefined {
  return /"retryAfter"\s*:\s*"?([^",}]{1,40})/.exec(text)?.[1];
}
