import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, RcWaitError, reasonOf } from '../../../base/error.ts';
import { readRegularText } from '../../../base/files.ts';
import { distrust, rootOrThisUser } from '../../../base/trust.ts';
import { folderBelow, syncFolder, writeWhole } from '../../../system/files.ts';
import { type JournalEntry, parseEntry, renderEntry } from './entry.ts';
import { succeed } from './history.ts';
import { nextSequence } from './sequence.ts';
import { type Step, stepAfter, steps } from './steps.ts';

/** Where the journal is, below the root. Not in /run: it must outlive a power cut. */
export const journalFolder = '/var/lib/rc-wait/network';

/** A change that was begun: its entry and how far it came. */
export interface Pending {
  readonly entry: JournalEntry;
  readonly step: Step;
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
  /** where the command that runs is noted, see `running-command.ts` */
  readonly commandNote: string;
  /** begins a change, and gives it its number */
  begin(entry: Omit<JournalEntry, 'sequence'>): Promise<Pending>;
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
      const text = textOf(join(at, name));
      if (text === undefined) return undefined;
      const entry = parseEntry(text);
      if (entry !== undefined) return { ...entry, restore: entry.restore.map(bounded) };
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
        const last = await read(lastName).catch(() => undefined);
        const numbered = {
          ...entry,
          sequence: await nextSequence(`${dirname(at)}/sequence`, last?.sequence ?? 0),
        };
        await writeWhole(join(at, nameOf('prepared')), renderEntry(numbered));
        return { entry: numbered, step: 'prepared' };
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

/** The longest of a command of a stack is 120 s; and a timer of Node beyond 25 days goes off at once. */
const longestCommandMs = 600_000;

const bounded = <C extends { readonly timeoutMs: number }>(command: C): C => ({
  ...command,
  timeoutMs: Math.min(command.timeoutMs, longestCommandMs),
});

/** More than the entry of a change of hundreds of files. */
const largestBytes = 64 * 2 ** 20;

/** What an entry says decides what root writes, and what it runs: nobody else may have written it. */
function believe(path: string): void {
  const doubt = distrust(path, rootOrThisUser());
  if (doubt === undefined) return;
  throw new RcWaitError('NETWORK_FILE', `cannot use the journal ${path}: ${doubt}`, {
    hint: 'nothing was changed; look at who made it: if it is none of yours, move it away',
  });
}

/** undefined: there is none */
function textOf(path: string): string | undefined {
  try {
    believe(path);
    return readRegularText(path, largestBytes);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    believe(folder);
    return await readdir(folder);
  } catch (error) {
    // Those who may not look (EACCES) are told so; where there is no journal nothing was begun.
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
