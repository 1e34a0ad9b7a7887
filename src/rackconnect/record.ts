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

/** A reply as text, as the ledger keeps it for other processes. */
export function recordOf(reply: Reply): string {
  return JSON.stringify(reply);
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
