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
  /** null: there was no file */
  before: v.nullable(v.object({ text: v.string(), mode, uid: count, gid: count })),
  /** null: the file goes */
  after: v.nullable(v.object({ text: v.string() })),
  /** the first folder that had to be made for it; null: it was there */
  madeFolder: v.nullable(v.string()),
});

const entrySchema = v.object({
  schema: v.literal('rc-wait/journal/v1'),
  purpose: v.picklist(['apply', 'rollback']),
  /**
   * its place in the order of all changes, see `sequence.ts`. The clock of a server that boots is often hours wrong, and
   * an order by time would bring an older gateway back. Early releases wrote none
   */
  sequence: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))),
  /** when it began, RFC 3339; for people alone */
  startedAt: v.string(),
  /** of the boot in which it began: the kernel's routes and all processes are gone with it */
  bootId: v.string(),
  /** the process that makes the change */
  owner: v.object({ pid: count, startTicks: v.string() }),
  stack: v.picklist(stackNames),
  interface: v.string(),
  gateway: v.string(),
  /** what was to become of the public interfaces; a check must not undo it */
  publicInterface: v.optional(v.picklist(['keep', 'disable'])),
  files: v.array(fileSchema),
  /** the kernel's default routes before, in the words of ip-route(8); null: it did not tell, or nothing runs */
  routes: v.nullable(v.array(v.array(v.string()))),
  /** the stack's tools that bring the old files back into the kernel */
  restore: v.array(v.object({ argv, timeoutMs: count, unlessAddressed: v.exactOptional(v.string()) })),
});

/** A file of a change: as it was, and as it shall be. */
export type JournalFile = Readonly<v.InferOutput<typeof fileSchema>>;

/** All that it takes to undo a change, also by a process that knows nothing else of it. */
export type JournalEntry = Readonly<v.InferOutput<typeof entrySchema>>;

/** The text of an entry: JSON that a person at a console can read, old files included. */
export function renderEntry(entry: JournalEntry): string {
  return `${JSON.stringify(entry, undefined, 2)}\n`;
}

/** Reads an entry; undefined when the text is none: then nothing must be done by it. */
export function parseEntry(text: string): JournalEntry | undefined {
  try {
    const { success, output } = v.safeParse(entrySchema, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
