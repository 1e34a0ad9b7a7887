/**
 * The longest STATUS= to send, in code points. The service manager drops a message
 * longer than PIPE_BUF (4096 bytes, NOTIFY_BUFFER_MAX in systemd's
 * src/core/manager.c), and with it the extension of the timeout. 500 code points
 * are at most 2000 bytes.
 */
const longestStatus = 500;

/**
 * `text` as a STATUS= assignment of sd_notify(3): one line, because a newline would start
 * another assignment, and no control characters (a NUL cannot be an argument).
 */
export function statusAssignment(text: string): string {
  const line = text
    .toWellFormed() // the service manager drops text that is not UTF-8
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
  const points = [...line];
  return `STATUS=${points.length <= longestStatus ? line : `${points.slice(0, longestStatus - 1).join('')}…`}`;
}

/**
 * EXTEND_TIMEOUT_USEC= of sd_notify(3) for `extendMs` milliseconds from now, as a list.
 * Empty for undefined, NaN, zero or less: a zero would end the start at once.
 */
export function extendAssignment(extendMs: number | undefined): readonly string[] {
  if (extendMs === undefined || !(extendMs > 0)) return [];
  // Above the safe integers a number may print as 1e+21, which systemd cannot parse.
  return [`EXTEND_TIMEOUT_USEC=${Math.min(Math.ceil(extendMs * 1000), Number.MAX_SAFE_INTEGER)}`];
}
