import { retryAfterMs } from './retry-after.ts';
import type { Reply } from './types.ts';

/** The head of an answer. Header names are in lower case, as undici returns them. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The first value of a header. */
function header({ headers }: Head, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
}

/**
 * What an answer means. Only for status 200 must the body be complete; otherwise it is not used.
 * @param wallClockMs for a Retry-After date in an answer without a Date header
 */
export function replyTo(head: Head, body: Uint8Array, wallClockMs: number): Reply {
  const { status } = head;
  const retryMs = retryAfterMs(header(head, 'retry-after'), header(head, 'date'), wallClockMs);
  const retry = retryMs === undefined ? {} : { retryAfterMs: retryMs };
  if (status === 200) return okReply(head, body);
  if (status === 403) return { kind: 'refused', ...retry };
  if (status === 404) return { kind: 'absent' };
  if (status >= 500 || status === 408 || status === 429) return { kind: 'failing', status, ...retry };
  const location = header(head, 'location');
  return {
    kind: 'unexpected',
    status,
    ...(location === undefined ? {} : { location: location.slice(0, 500) }),
  };
}

function okReply(head: Head, body: Uint8Array): Reply {
  const encoding = header(head, 'content-encoding')?.trim() ?? '';
  if (encoding !== '' && encoding.toLowerCase() !== 'identity') {
    // rc-wait asked for accept-encoding: identity. Unpacking would defeat the size limit.
    return {
      kind: 'unexpected',
      status: head.status,
      reason: `the answer is compressed (${encoding.slice(0, 40)}), which was not asked for`,
    };
  }
  const contentType = (header(head, 'content-type') ?? '').slice(0, 200);
  return { kind: 'ok', contentType, body: decode(body, contentType) };
}

/** Decodes bytes by the byte order mark, else by the charset in the answer, else as UTF-8. Never throws. */
function decode(body: Uint8Array, contentType: string): string {
  const mark =
    body[0] === 0xfe && body[1] === 0xff
      ? 'utf-16be'
      : body[0] === 0xff && body[1] === 0xfe
        ? 'utf-16le'
        : undefined;
  const named = /charset\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1];
  try {
    return new TextDecoder(mark ?? named ?? 'utf-8').decode(body);
  } catch {
    return new TextDecoder('utf-8').decode(body);
  }
}
