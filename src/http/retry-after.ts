/** The limit for Retry-After. A wrong clock at the server must not stop the wait for a day. */
const longestMs = 3_600_000;

/**
 * Reads Retry-After (RFC 9110 §10.2.3), in seconds or as a date, in ms from now and at most an hour; undefined
 * when it is absent, not understood or not in the future. A date is relative to the answer's Date header: while
 * a server boots, its wall clock may be years off.
 */
export function retryAfterMs(
  value: string | undefined,
  date: string | undefined,
  wallClockMs: number,
): number | undefined {
  const text = value?.trim() ?? '';
  const ms = /^\d{1,12}$/.test(text)
    ? Number(text) * 1000
    : (parseHttpDate(text) ?? Number.NaN) - (parseHttpDate(date ?? '') ?? wallClockMs);
  // Ignore "now": rc-wait's own backoff decides.
  return ms > 0 ? Math.min(ms, longestMs) : undefined;
}

/** Reads any of the three date forms of RFC 9110 §5.6.7, in ms since 1970. */
function parseHttpDate(text: string): number | undefined {
  const isAsctime = /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/.test(text);
  // asctime has no zone and means GMT; Date.parse would read local time.
  if (!isAsctime && !/^\w{3,9}, .* GMT$/.test(text)) return undefined;
  const ms = Date.parse(isAsctime ? `${text} GMT` : text);
  return Number.isNaN(ms) ? undefined : ms;
}
