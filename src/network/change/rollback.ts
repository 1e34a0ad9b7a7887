import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { trustedFolder } from '../../base/files.ts';
import { type Attributes, syncFolder } from '../../system/files.ts';
import { describeRoutes, restoreRoutes, type Settling } from '../kernel/wait-for-route.ts';
import type { FileChange, NetworkResult } from '../types.ts';
import { reloadingOf, untilGone, wasMadeOffline } from './booted.ts';
import { type FileNow, readNow, removeMadeFolders } from './files.ts';
import type { JournalEntry, JournalFile } from './journal/entry.ts';
import { type Journal, journalFolder, openJournal } from './journal/journal.ts';
import { lockNetwork } from './lock.ts';
import { type ChangeOptions, defaultStateFolder, withDefaults } from './options.ts';
import { lockWaitMs, recoverLocked } from './recover.ts';
import { beforeOf } from './restore.ts';
import { transact } from './transaction.ts';

export interface UndoLastOptions extends ChangeOptions {
  /** also overwrite files that somebody else has changed since; copies of them are kept */
  readonly force: boolean;
}

/** The change that was undone. */
export interface UndoneLast {
  readonly gateway: string;
  readonly result: Extract<NetworkResult, { readonly action: 'rolled-back' }>;
}

/**
 * Undoes the last committed change: restores each file byte for byte, with mode and
 * owner, and the kernel's default routes. It is a transaction like the change itself.
 * If there is an unfinished change, that one is undone instead.
 *
 * @throws RcWaitError CONFIGURATION if there is nothing to undo; NETWORK_FILE if a file is not what the
 *   change left (then nothing is touched), or cannot be written; NETWORK_RELOAD, NETWORK_LOST as `applyNetwork`
 */
export async function undoLast(options: UndoLastOptions): Promise<UndoneLast> {
  const { root, stateFolder = defaultStateFolder, signal } = options;
  const journal = openJournal(root, options.journalFolder ?? journalFolder);
  const lock = await lockNetwork(root, stateFolder, lockWaitMs, signal);
  try {
    const context = withDefaults(options);
    const unfinished = await journal.pending();
    const recovered = await recoverLocked(context);
    if (recovered.kind === 'rolled-back' && unfinished !== undefined) {
      return undone(unfinished.entry, recovered.files, 'it was not finished');
    }
    const last = lastToUndo(await journal.last());
    const work = await changesOf(last, root, options.force, journal);
    const before = beforeOf(last);
    const isOffline = wasMadeOffline(last, root);
    const commands = isOffline ? await reloadingOf(last, work.changes, context.run) : last.restore;
    let notice: string | undefined;
    await transact(
      {
        purpose: 'rollback',
        stack: last.stack,
        interfaceName: last.interface,
        gateway: last.gateway,
        publicInterface: last.publicInterface,
        ...work,
        commands,
        restore: commands,
        follow: async (settling) => {
          if (isOffline) {
            const seen = await untilGone(last, settling, commands.length > 0);
            notice = seen.notice;
            return seen.failure;
          }
          return before === undefined || (await restoreRoutes(patient(settling, last), before))
            ? undefined
            : `the old default route does not come back: ${await describeRoutes(settling.run)}`;
        },
        probes: [],
        cannot: `cannot undo the change of ${last.startedAt}`,
      },
      context,
    );
    for (const file of last.files) await removeMadeFolders(root, file);
    if (notice !== undefined) context.onNotice(notice);
    return undone(
      last,
      work.changes.map(({ path }) => path),
      notice === undefined ? 'it was undone by hand' : `it was undone by hand; ${notice}`,
    );
  } finally {
    await lock.release();
  }
}

/** Without a command that restores the routes there is nothing to wait for. */
function patient(settling: Settling, { restore }: JournalEntry): Settling {
  return { ...settling, settleMs: restore.length > 0 ? settling.settleMs : 0 };
}

function undone(entry: JournalEntry, files: readonly string[], reason: string): UndoneLast {
  const { stack, gateway } = entry;
  return { gateway, result: { action: 'rolled-back', stack, interface: entry.interface, files, reason } };
}

function lastToUndo(last: JournalEntry | undefined): JournalEntry {
  if (last === undefined) {
    throw new RcWaitError('CONFIGURATION', 'cannot roll back: rc-wait has changed nothing here');
  }
  if (last.purpose === 'apply') return last;
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot roll back: the last change was rolled back already, at ${last.startedAt}`,
    { hint: 'rc-wait network apply sets the gateway again' },
  );
}

/** The changes from the current files to the old ones. */
async function changesOf(
  last: JournalEntry,
  root: string,
  force: boolean,
  journal: Journal,
): Promise<{ changes: FileChange[]; attributes: Map<string, Attributes> }> {
  const found: { file: JournalFile; now: FileNow }[] = [];
  for (const file of last.files) found.push({ file, now: await readNow(root, file.path) });
  const foreign = found.filter(
    ({ file, now }) => now.text !== file.before?.text && now.text !== file.after?.text,
  );
  if (foreign.length > 0) {
    const paths = foreign.map(({ file }) => file.path);
    if (!force) throw changedSince(paths, last, journal);
    for (const { file, now } of foreign) await keepCopy(file.path, now, journal);
  }
  const left = found.filter(({ file, now }) => now.text !== file.before?.text);
  return {
    changes: left.map(({ file: { path, before }, now }) => ({
      path,
      before: now.text,
      after: before?.text,
      mode: before?.mode ?? 0o600,
    })),
    attributes: new Map(
      left.flatMap(({ file: { path, before } }) => (before === null ? [] : [[path, before]])),
    ),
  };
}

function changedSince(paths: readonly string[], last: JournalEntry, journal: Journal): RcWaitError {
  const have = paths.length === 1 ? 'has' : 'have';
  return new RcWaitError(
    'NETWORK_FILE',
    `cannot roll back: ${paths.join(' and ')} ${have} been changed since rc-wait wrote at ${last.startedAt}`,
    {
      hint: `nothing was changed; --force restores the files from before rc-wait and keeps copies of the current ones in ${keptIn(journal)}`,
    },
  );
}

const keptIn = ({ folder }: Journal): string => join(folder, 'overwritten');

/** Keeps a copy of a file before it is overwritten: somebody edited it for a reason. */
async function keepCopy(path: string, { target }: FileNow, journal: Journal): Promise<void> {
  if (target === undefined) return;
  try {
    const folder = keptIn(journal);
    trustedFolder(folder, 0o700);
    const time = new Date().toISOString().replaceAll(':', '');
    await copyFile(target, join(folder, `${time}-${basename(path)}`));
    await syncFolder(folder);
  } catch (cause) {
    throw new RcWaitError('NETWORK_FILE', `cannot keep a copy of ${path}: ${reasonOf(cause)}`, { cause });
  }
}
