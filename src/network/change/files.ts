import { rmdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { decodeBytes } from '../../base/bytes.ts';
import { errnoOf, RcWaitError, reasonOf } from '../../base/error.ts';
import {
  type Attributes,
  expectFile,
  guarded,
  makeChange,
  removeLeftovers,
  type Staged,
  stageChange,
} from '../../system/files.ts';
import { readBelow, realpathBelow, requireTrusted, trustedBelow } from '../../system/root.ts';
import type { FileChange } from '../types.ts';
import type { JournalFile } from './journal/entry.ts';

/**
 * The state of a file before its change, for the journal.
 * @throws RcWaitError NETWORK_FILE if the file is not what the plan saw
 */
export async function snapshotFile(root: string, { path, before, after }: FileChange): Promise<JournalFile> {
  return guarded(path, async () => {
    requireTrusted(root, dirname(path));
    const folder = await trustedBelow(root, dirname(path)).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (folder === undefined && before !== undefined)
      throw new Error('its folder has gone since it was read');
    const stats = folder === undefined ? undefined : await expectFile(join(folder, basename(path)), before);
    return {
      path,
      before:
        stats === undefined
          ? null
          : { text: before ?? '', mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid },
      after: after === undefined ? null : { text: after },
      madeFolder: folder === undefined ? await firstMissing(root, dirname(path)) : null,
    };
  });
}

/** The topmost missing folder of `path`. */
async function firstMissing(root: string, path: string): Promise<string> {
  try {
    await realpathBelow(root, dirname(path));
    return path;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return firstMissing(root, dirname(path));
  }
}

/** How to write files, and what to report. */
export interface Writing {
  readonly onStep: (name: string) => Promise<void>;
  /** collects the paths of replaced files */
  readonly written: Set<string>;
  /** the attributes of files that are restored, by path */
  readonly attributes?: ReadonlyMap<string, Attributes> | undefined;
}

/**
 * Writes all files of a change. A full disk, a missing permission or another program's
 * edit is detected before the first file is replaced.
 * @throws RcWaitError NETWORK_FILE; some files may have been replaced by then
 */
export async function writeFiles(
  root: string,
  changes: readonly FileChange[],
  { onStep, written, attributes }: Writing,
): Promise<void> {
  const staged: Staged[] = [];
  try {
    for (const change of changes) {
      staged.push(await stageChange(root, change, attributes?.get(change.path)));
    }
    await onStep('staged');
    for (const one of staged) {
      await one.commit();
      written.add(one.change.path);
      await onStep(`file ${one.change.path}`);
    }
  } finally {
    for (const one of staged) await one.discard();
  }
}

/** The result of restoring the old files. */
export interface PutBack {
  /** files that somebody else has changed since; they are left unchanged */
  readonly foreign: readonly string[];
  /** why files could not be restored; each reason names its file */
  readonly problems: readonly string[];
}

/**
 * Restores the old files, byte for byte, with mode and owner. If a file has neither
 * the old nor the new text, somebody else has changed it since: it is left unchanged,
 * because it is newer than the journal.
 */
export async function putFilesBack(
  root: string,
  files: readonly JournalFile[],
  onStep: (name: string) => Promise<void>,
): Promise<PutBack> {
  const foreign: string[] = [];
  const problems: string[] = [];
  for (const file of files.toReversed()) {
    try {
      if (!(await putFileBack(root, file))) foreign.push(file.path);
    } catch (error) {
      problems.push(reasonOf(error));
    }
    await onStep(`put back ${file.path}`);
  }
  return { foreign, problems };
}

/** @returns false if somebody else has changed the file since */
async function putFileBack(root: string, file: JournalFile): Promise<boolean> {
  const { path, before, after, madeFolder } = file;
  const { target, text: now } = await readNow(root, path);
  if (target !== undefined) await removeLeftovers(target);
  const old = before?.text;
  if (now !== old) {
    if (now !== after?.text) return false;
    const mode = before?.mode ?? 0o600;
    await makeChange(root, { path, before: now, after: old, mode }, before ?? undefined);
  }
  await removeMadeFolders(root, { path, madeFolder });
  return true;
}

/** The current state of a file. */
export interface FileNow {
  /** its path, with the links of its folder resolved; undefined if the folder does not exist */
  readonly target: string | undefined;
  /** undefined: the file does not exist */
  readonly text: string | undefined;
}

/**
 * The current state of a file in the journal.
 * @throws RcWaitError NETWORK_FILE if it cannot be read; it is never treated as missing
 */
export async function readNow(root: string, path: string): Promise<FileNow> {
  let target: string | undefined;
  try {
    target = join(await realpathBelow(root, dirname(path)), basename(path));
    return { target, text: decodeBytes(await readBelow(root, path)) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { target, text: undefined };
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Removes the folders that were created for a file, if they are empty: somebody else may use them. */
export async function removeMadeFolders(
  root: string,
  { path, madeFolder }: Pick<JournalFile, 'path' | 'madeFolder'>,
): Promise<void> {
  if (madeFolder !== null) await removeEmpty(root, madeFolder, dirname(path));
}

/** Removes empty folders, from the innermost up to `top`. */
async function removeEmpty(root: string, top: string, path: string): Promise<void> {
  const below = relative(top, path);
  if (below === '..' || below.startsWith(`..${sep}`)) return;
  await trustedBelow(root, dirname(path))
    .then((folder) => rmdir(join(folder, basename(path))))
    .catch(() => undefined);
  await removeEmpty(root, top, dirname(path));
}
