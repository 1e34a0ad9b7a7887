import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, RcWaitError, reasonOf } from '../../../base/error.ts';
import { syncFolder, withFolderBelow, writeWhole } from '../../../system/files.ts';
import { doubtBelow, placeBelow, readBelow } from '../../../system/root.ts';
import { type JournalEntry, parseEntry, renderEntry } from './entry.ts';
import { succeed } from './history.ts';
import { nextSequence } from './sequence.ts';
import { type Step, stepAfter, steps } from './steps.ts';

/** The journal's folder below the root. Not in /run, because it must outlive a power cut. */
export const journalFolder = '/var/lib/rc-wait/network';

/** An unfinished change: its entry and its step. */
export interface Pending {
  readonly entry: JournalEntry;
  readonly step: Step;
}

const nameOf = (step: Step): string => `${step}.json`;
const lastName = 'last.json';
const asideName = 'aside.json';

/** The step that the names in a folder show. There is at most one, because a rename records each step. */
function stepIn(names: readonly string[]): Step | undefined {
  return steps.findLast((step) => names.includes(nameOf(step)));
}

/**
 * The journal of one root: at most one unfinished change, and the last committed one.
 *
 * The step of a change is the name of its file. So rename(2) and fsync(2) of the folder
 * record a step: this is atomic, and needs no space on a disk that has filled up
 * meanwhile.
 *
 * Every method throws RcWaitError NETWORK_FILE if the journal cannot be read or written.
 */
export interface Journal {
  /** the path of its folder, including the root */
  readonly folder: string;
  /** the file that notes the running command, see `running-command.ts` */
  readonly commandNote: string;
  /** begins a change and assigns its number */
  begin(entry: Omit<JournalEntry, 'sequence'>): Promise<Pending>;
  /** records the next step */
  advance(pending: Pending): Promise<Pending>;
  /** makes a committed change the last one, see `history.ts` */
  finish(pending: Pending): Promise<void>;
  /** deletes a change that was rolled back */
  discard(pending: Pending): Promise<void>;
  /** renames the entry of a change that could not be completely rolled back; returns its path */
  setAside(pending: Pending): Promise<string>;
  pending(): Promise<Pending | undefined>;
  last(): Promise<JournalEntry | undefined>;
}

/** Opens the journal below a root; creates nothing before a change begins. */
export function openJournal(root: string, folder: string = journalFolder): Journal {
  const named = join(root, folder);
  // Looked up each time: a folder on the way may be a symbolic link, which is followed inside the root.
  const place = (): string => placeBelow(root, folder);

  const guarded = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RcWaitError) throw error;
      throw new RcWaitError('NETWORK_FILE', `cannot ${what} the journal in ${named}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  };

  const read = (name: string): Promise<JournalEntry | undefined> =>
    guarded('read', async () => {
      const text = await textOf(root, join(folder, name));
      if (text === undefined) return undefined;
      const entry = parseEntry(text);
      if (entry !== undefined) return { ...entry, restore: entry.restore.map(bounded) };
      throw new RcWaitError(
        'NETWORK_FILE',
        `cannot read ${join(named, name)}: it is not a journal of rc-wait`,
        {
          hint: 'it holds the old network files of a change: look at it, then move it away',
        },
      );
    });

  const moveTo = ({ step }: Pending, name: string): Promise<void> =>
    guarded('write', async () => {
      const at = place();
      await rename(join(at, nameOf(step)), join(at, name));
      await syncFolder(at);
    });

  return {
    get folder() {
      return place();
    },
    get commandNote() {
      return join(place(), 'command');
    },
    begin: (entry) =>
      guarded('write', () =>
        withFolderBelow(root, folder, 0o700, async (at) => {
          const last = await read(lastName).catch(() => undefined);
          const numbered = {
            ...entry,
            sequence: await nextSequence(
              join(placeBelow(root, dirname(folder)), 'sequence'),
              last?.sequence ?? 0,
            ),
          };
          await writeWhole(join(at, nameOf('prepared')), renderEntry(numbered));
          return { entry: numbered, step: 'prepared' as const };
        }),
      ),
    async advance(pending) {
      const step = stepAfter(pending.step);
      if (step === undefined) throw new Error('no step follows the last one');
      await moveTo(pending, nameOf(step));
      return { entry: pending.entry, step };
    },
    finish: ({ entry, step }) =>
      guarded('write', async () => {
        const at = place();
        // A last entry that cannot be read is useless, so it is overwritten.
        const last = await read(lastName).catch(() => undefined);
        await writeWhole(join(at, lastName), renderEntry(succeed(last, entry)));
        await rm(join(at, nameOf(step)), { force: true });
        await syncFolder(at);
      }),
    discard: ({ step }) =>
      guarded('write', async () => {
        const at = place();
        await rm(join(at, nameOf(step)), { force: true });
        await syncFolder(at);
      }),
    async setAside(pending) {
      await moveTo(pending, asideName);
      return join(named, asideName);
    },
    async pending() {
      const step = await guarded('read', async () => stepIn(await namesIn(root, folder)));
      const entry = step && (await read(nameOf(step)));
      return step && entry && { entry, step };
    },
    last: () => read(lastName),
  };
}

/** The longest command of a stack may take 120 s, and a Node timer of more than 25 days fires at once. */
const longestCommandMs = 600_000;

const bounded = <C extends { readonly timeoutMs: number }>(command: C): C => ({
  ...command,
  timeoutMs: Math.min(command.timeoutMs, longestCommandMs),
});

/** In bytes: larger than the entry of a change of hundreds of files. */
const largestBytes = 64 * 2 ** 20;

/** An entry decides what root writes and runs, so nobody else may be able to write it. */
function believe(root: string, path: string): void {
  const doubt = doubtBelow(root, path);
  if (doubt === undefined) return;
  throw new RcWaitError('NETWORK_FILE', `cannot use the journal ${join(root, path)}: ${doubt}`, {
    hint: 'nothing was changed; check who created it; if it is not yours, move it away',
  });
}

/** undefined: the file does not exist */
async function textOf(root: string, path: string): Promise<string | undefined> {
  try {
    believe(root, path);
    return (await readBelow(root, path, largestBytes)).toString('utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function namesIn(root: string, folder: string): Promise<string[]> {
  try {
    believe(root, folder);
    return await readdir(placeBelow(root, folder));
  } catch (error) {
    // Without a journal no change has begun. A missing permission (EACCES) is reported.
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
