import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { folderBelow, syncFolder, writeWhole } from './durable.ts';
import { succeed } from './history.ts';
import { type Step, stepAfter, steps } from './steps.ts';

/** Where the journal is, below the root. Not in /run: it must outlive a power cut. */
export const journalFolder = '/var/lib/rc-wait/network';

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
  /** when it began, RFC 3339 */
  startedAt: v.string(),
  /** of the boot in which it began: the kernel's routes and all processes are gone with it */
  bootId: v.string(),
  /** the process that makes the change */
  owner: v.object({ pid: count, startTicks: v.string() }),
  stack: v.picklist(['netplan', 'ifupdown', 'networkd', 'networkmanager', 'ifcfg', 'wicked']),
  interface: v.string(),
  gateway: v.string(),
  /** what was to become of the public interfaces; a check must not undo it */
  publicInterface: v.optional(v.picklist(['keep', 'disable'])),
  files: v.array(fileSchema),
  /** the kernel's default routes before, in the words of ip-route(8); null: it did not tell, or nothing runs */
  routes: v.nullable(v.array(v.array(v.string()))),
  /** the stack's tools that bring the old files back into the kernel */
  restore: v.array(v.object({ argv, timeoutMs: count })),
});

/** A file of a change: as it was, and as it shall be. */
export type JournalFile = Readonly<v.InferOutput<typeof fileSchema>>;

/** All that it takes to undo a change, also by a process that knows nothing else of it. */
export type JournalEntry = Readonly<v.InferOutput<typeof entrySchema>>;

/** A change that was begun: its entry and how far it came. */
export interface Pending {
  readonly entry: JournalEntry;
  readonly step: Step;
}

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

const nameOf = (step: Step): string => `${step}.json`;
const lastName = 'last.json';
const asideName = 'aside.json';

/** The steps that a folder's names speak of. There is one at the most: a step is told by a rename. */
function stepIn(names: readonly string[]): Step | undefined {
  return steps.findLast((step) => names.includes(nameOf(step)));
}

/**
 * The journal of one root: at most one change that was begun, and the last one
 * that was committed.
 *
 * The step of a change is the name of its file. So a step is told by rename(2)
 * and fsync(2) of the folder: it happens whole or not at all, and needs no space
 * on a disk that has filled up meanwhile.
 *
 * Every method throws RcWaitError NETWORK_FILE when the journal cannot be read or written.
 */
export interface Journal {
  /** its folder, as a person would name it */
  readonly folder: string;
  /** where the command that runs is noted, see `process.ts` */
  readonly commandNote: string;
  begin(entry: JournalEntry): Promise<Pending>;
  /** tells the next step */
  advance(pending: Pending): Promise<Pending>;
  /** a committed change becomes the last one, see `history.ts` */
  finish(pending: Pending): Promise<void>;
  /** forgets a change that was put back */
  discard(pending: Pending): Promise<void>;
  /** keeps what a change knows, out of the way, where it could not be put back as a whole; returns the path */
  setAside(pending: Pending): Promise<string>;
  pending(): Promise<Pending | undefined>;
  last(): Promise<JournalEntry | undefined>;
}

/** Opens the journal below a root; nothing is made before a change begins. */
export function openJournal(root: string, folder: string = journalFolder): Journal {
  const at = join(root, folder);

  const guarded = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RcWaitError) throw error;
      throw new RcWaitError('NETWORK_FILE', `cannot ${what} the journal in ${at}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  };

  const read = (name: string): Promise<JournalEntry | undefined> =>
    guarded('read', async () => {
      const text = await readFile(join(at, name), 'utf8').catch((error: unknown) => {
        if (errnoOf(error) === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      const entry = parseEntry(text);
      if (entry !== undefined) return entry;
      throw new RcWaitError('NETWORK_FILE', `cannot read ${join(at, name)}: it is no journal of rc-wait`, {
        hint: 'it holds what network files were like before a change: look at it, then move it away',
      });
    });

  const moveTo = ({ step }: Pending, name: string): Promise<void> =>
    guarded('write', async () => {
      await rename(join(at, nameOf(step)), join(at, name));
      await syncFolder(at);
    });

  return {
    folder: at,
    commandNote: join(at, 'command'),
    begin: (entry) =>
      guarded('write', async () => {
        await folderBelow(root, folder, 0o700);
        await writeWhole(join(at, nameOf('prepared')), renderEntry(entry));
        return { entry, step: 'prepared' };
      }),
    async advance(pending) {
      const step = stepAfter(pending.step);
      if (step === undefined) throw new Error('no step follows the last one');
      await moveTo(pending, nameOf(step));
      return { entry: pending.entry, step };
    },
    finish: ({ entry, step }) =>
      guarded('write', async () => {
        // One that cannot be read is of no use to anybody.
        const last = await read(lastName).catch(() => undefined);
        await writeWhole(join(at, lastName), renderEntry(succeed(last, entry)));
        await rm(join(at, nameOf(step)), { force: true });
        await syncFolder(at);
      }),
    discard: ({ step }) =>
      guarded('write', async () => {
        await rm(join(at, nameOf(step)), { force: true });
        await syncFolder(at);
      }),
    async setAside(pending) {
      await moveTo(pending, asideName);
      return join(at, asideName);
    },
    async pending() {
      const step = await guarded('read', async () => stepIn(await namesIn(at)));
      const entry = step && (await read(nameOf(step)));
      return step && entry && { entry, step };
    },
    last: () => read(lastName),
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Those who may not look (EACCES) are told so; where there is no journal nothing was begun.
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
