import * as v from 'valibot';
import { stackNames } from '../../../base/stack-names.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const mode = v.pipe(count, v.maxValue(0o7777));
const argv = v.pipe(
  v.array(v.string()),
  v.minLength(1),
  v.transform((words) => words as [string, ...string[]]),
);

const fileSchema = v.object({
  path: v.pipe(v.string(), v.startsWith('/')),
  /** null: the file did not exist */
  before: v.nullable(v.object({ text: v.string(), mode, uid: count, gid: count })),
  /** null: the file is deleted */
  after: v.nullable(v.object({ text: v.string() })),
  /** the topmost folder that was created for the file; null: its folder existed */
  madeFolder: v.nullable(v.string()),
});

const entrySchema = v.object({
  schema: v.literal('rc-wait/journal/v1'),
  purpose: v.picklist(['apply', 'rollback']),
  /**
   * its place in the order of all changes, see `sequence.ts`. A booting server's clock is often wrong by hours, so an
   * order by time could restore an older gateway. Early releases did not write it
   */
  sequence: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  /** when it began, RFC 3339; only for people */
  startedAt: v.string(),
  /** the boot in which it began; the kernel's routes and all processes end with that boot */
  bootId: v.string(),
  /** the process that makes the change */
  owner: v.object({ pid: count, startTicks: v.string() }),
  stack: v.picklist(stackNames),
  interface: v.string(),
  gateway: v.string(),
  /** what the change does to the public interfaces; a check must not undo it */
  publicInterface: v.optional(v.picklist(['keep', 'disable'])),
  files: v.array(fileSchema),
  /** the kernel's old default routes, in the words of ip-route(8); null: it failed, or nothing runs below the root */
  routes: v.nullable(v.array(v.array(v.string()))),
  /** the stack's commands that load the old files */
  restore: v.array(v.object({ argv, timeoutMs: count, unlessAddressed: v.exactOptional(v.string()) })),
});

/** A file of a change, before and after it. */
export type JournalFile = Readonly<v.InferOutput<typeof fileSchema>>;

/** Everything needed to undo a change, even by a process that knows nothing else about it. */
export type JournalEntry = Readonly<v.InferOutput<typeof entrySchema>>;

/** An entry as JSON that a person at a console can read, including the old files. */
export function renderEntry(entry: JournalEntry): string {
  return `${JSON.stringify(entry, undefined, 2)}\n`;
}

/** Parses an entry; undefined if the text is not valid, and then nothing must be done with it. */
export function parseEntry(text: string): JournalEntry | undefined {
  try {
    const { success, output } = v.safeParse(entrySchema, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
