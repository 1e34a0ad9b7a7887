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
 * What the journal has to know of a change before it is made.
 * @throws RcWaitError NETWORK_FILE when the file is not what the plan saw
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

/** The first folder on the way to `path` that is not there. */
async function firstMissing(root: string, path: string): Promise<string> {
  try {
    await realpathBelow(root, dirname(path));
    return path;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return firstMissing(root, dirname(path));
  }
}

/** How files are written, and what is told of it. */
export interface Writing {
  readonly onStep: (name: string) => Promise<void>;
  /** the path of each file that was replaced is added to it */
  readonly written: Set<string>;
  /** of files that are put back, by their paths */
  readonly attributes?: ReadonlyMap<string, Attributes> | undefined;
}

/**
 * Writes all files of a change. Those that a full disk, a missing permission or
 * somebody else's edit would stop are found before the first is replaced.
 * @throws RcWaitError NETWORK_FILE; some files may have been replaced then
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

/** What became of the old files. */
export interface PutBack {
  /** files that somebody else has changed since: they were left as they are */
  readonly foreign: readonly string[];
  /** why files could not be put back, each naming its file */
  readonly problems: readonly string[];
}

/**
 * Puts the old files back, byte for byte, with mode and owner. A file that holds
 * neither the old nor the new text is somebody else's by now: it is left alone,
 * for what it says is newer than anything that we know.
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

/** @returns false when it is somebody else's by now */
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

/** A file as it is now. */
export interface FileNow {
  /** where it is, links of its folder followed; undefined when that folder is not there */
  readonly target: string | undefined;
  /** undefined: there is none */
  readonly text: string | undefined;
}

/**
 * A file of the journal as it is now.
 * @throws RcWaitError NETWORK_FILE: what cannot be read is never taken for "not there"
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

/** Takes away the folders that were made for a file. Only empty ones go: someone may use them. */
export async function removeMadeFolders(
  root: string,
  { path, madeFolder }: Pick<JournalFile, 'path' | 'madeFolder'>,
): Promise<void> {
  if (madeFolder !== null) await removeEmpty(root, madeFolder, dirname(path));
}

/** From the innermost to `top`. */
async function removeEmpty(root: string, top: string, path: string): Promise<void> {
  const below = relative(top, path);
  if (below === '..' || below.startsWith(`..${sep}`)) return;
  await trustedBelow(root, dirname(path))
    .then((folder) => rmdir(join(folder, basename(path))))
    .catch(() => undefined);
  await removeEmpty(root, top, dirname(path));
}
