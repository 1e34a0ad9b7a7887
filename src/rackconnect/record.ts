import * as v from 'valibot';
import type { Reply } from '../http/types.ts';

const text = v.string();
const status = v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(999));
const retryAfterMs = v.exactOptional(v.pipe(v.number(), v.finite(), v.minValue(0)));

const replySchema = v.variant('kind', [
  v.object({ kind: v.literal('ok'), contentType: text, body: text }),
  v.object({ kind: v.literal('absent') }),
  v.object({ kind: v.literal('refused'), retryAfterMs }),
  v.object({ kind: v.literal('failing'), status, retryAfterMs }),
  v.object({
    kind: v.literal('unexpected'),
    status,
    location: v.exactOptional(text),
    reason: v.exactOptional(text),
  }),
  v.object({ kind: v.literal('unreachable'), code: text, reason: text }),
]);

/**
 * In bytes, hundreds of times a real answer. JSON escapes control characters with six bytes each, quotes with two, and the
 * published answers do so once more: 1 MiB could become 7. Each byte that is not UTF-8 has become U+FFFD, three bytes.
 */
const longestRecord = 1.25 * 2 ** 20;

/** A reply as text, as the ledger keeps it for other processes. One that is too long for that counts as no answer. */
export function recordOf(reply: Reply): string {
  if (reply.kind !== 'ok' || escapedBytes(reply.body) <= longestRecord) return JSON.stringify(reply);
  const reason = 'the answer is too long to be kept';
  return JSON.stringify({ kind: 'unexpected', status: 200, reason } satisfies Reply);
}

/** The bytes that JSON.stringify makes of it or a few more, without making them: half of a surrogate pair counts as two. */
function escapedBytes(body: string): number {
  let bytes = body.length;
  for (let at = 0; at < body.length; at += 1) {
    const code = body.charCodeAt(at);
    if (code < 0x20) bytes += code === 0x0a || code === 0x0d || code === 0x09 ? 1 : 5;
    else if (code === 0x22 || code === 0x5c) bytes += 1;
    else if (code >= 0x80) bytes += code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 1 : 2;
  }
  return bytes;
}

/**
 * Reads a reply from a record. Another process, perhaps of another version, wrote it, so an unreadable one is a
 * failed attempt with code RECORD, not a crash.
 */
export function readRecord(record: string): Reply {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), replySchema), record);
  if (parsed.success) return parsed.output;
  return {
    kind: 'unreachable',
    code: 'RECORD',
    reason: 'the answer stored by another process cannot be read',
  };
}
