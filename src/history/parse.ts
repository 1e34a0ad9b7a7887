import * as v from 'valibot';
import type { WaitRecord } from './record.ts';

const ms = v.pipe(v.number(), v.finite(), v.minValue(0));
const amount = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const text = v.string();

const schema = v.object({
  schema: v.literal('rc-wait/wait-record/v1'),
  number: amount,
  boot_id: text,
  process: v.object({ pid: amount, started: text }),
  started_at: text,
  started_boot_ms: ms,
  timeout_ms: v.nullable(ms),
  last_ms: ms,
  phases: v.array(v.object({ phase: text, at_ms: ms })),
  statuses: v.array(v.object({ status: text, at_ms: ms })),
  tasks: v.array(
    v.object({
      name: text,
      first_seen_ms: ms,
      last_seen_ms: ms,
      ended_ms: v.nullable(ms),
      changes: v.array(v.object({ status: text, at_ms: ms })),
      changes_left_out: amount,
    }),
  ),
  tasks_left_out: amount,
  answers: v.array(
    v.object({
      from_ms: ms,
      to_ms: ms,
      usable: amount,
      refused: amount,
      failed: amount,
      why: v.nullable(text),
    }),
  ),
  requests: v.object({ sent: amount, refused: amount, shared: amount }),
  network: v.array(v.object({ part: text, from_ms: ms, to_ms: ms })),
  end: v.nullable(
    v.object({
      at_ms: ms,
      ended_at: text,
      outcome: v.nullable(text),
      exit: amount,
      message: text,
      error: v.nullable(text),
    }),
  ),
});

/** Reads a record; undefined: rc-wait did not write the text. Members of later versions are ignored. */
export function parseRecord(json: string): WaitRecord | undefined {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(json));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
