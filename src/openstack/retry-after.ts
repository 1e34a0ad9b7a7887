import type { Head } from '../rackconnect/http/reply.ts';
import { retryAfterMs } from '../rackconnect/http/retry-after.ts';

/** A header of an answer; the first, where it comes more than once. */
export function headerOf({ headers }: Head, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** How long an answer asks us to wait, in ms: by Retry-After, or by its body unless that is what was asked for. */
export function askedToWaitMs(head: Head, body: string): number | undefined {
  return retryAfterMs(
    headerOf(head, 'retry-after') ?? (head.status === 200 ? undefined : retryAfterIn(body)),
    headerOf(head, 'date'),
    Date.now(),
  );
}

/** `{"overLimit": {"code": 413, "retryAfter": "10"}}`: some have it in the body alone. */
function retryAfterIn(text: string): string | undefined {
  return /"retryAfter"\s*:\s*"?([^",}]{1,40})/.exec(text)?.[1];
}
