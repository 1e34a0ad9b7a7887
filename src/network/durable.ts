import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { realpathBelow } from './root.ts';
import { runCommand } from './run.ts';
import type { FileChange } from './types.ts';

/** Who may do what with a file. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A change that was made, with what it takes to undo it. */
export interface Written {
  readonly change: FileChange;
  /** those of the old file; undefined where there was none */
  readonly attributes: Attributes | undefined;
  /** the folder that had to be made for a new file; undefined when it was there */
  readonly madeFolder: string | undefined;
}

/**
 * Makes one change, so that after a crash at any moment the file is the old one
 * or the new one, whole: temporary file in the same folder, fsync, rename, fsync
 * of the folder. An existing file's mode, owner, ACLs and security label stay.
 * @throws RcWaitError NETWORK_FILE, and then nothing has changed: when the file is
 *   not what the plan saw, is a symbolic link or no regular file, or cannot be written
 */
export async function makeChange(
  root: string,
  change: FileChange,
  attributes?: Attributes,
): Promise<Written> {
  const { path, before, after, mode } = change;
  try {
    const { folder, madeFolder } = await folderOf(root, dirname(path));
    const target = join(folder, basename(path));
    const old = await expect(target, before);
    if (after === undefined) await rm(target);
    else
      await replace(
        target,
        before,
        after,
        attributes ?? old ?? { mode, uid: -1, gid: -1 },
        old !== undefined,
      );
    await syncFolder(dirname(target));
    return { change, attributes: old && { mode: old.mode & 0o7777, uid: old.uid, gid: old.gid }, madeFolder };
  } catch (error) {
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Undoes a change: the old bytes with the old attributes, or no file where there was none. */
export async function undoChange(root: string, { change, attributes, madeFolder }: Written): Promise<void> {
  const { path, before, after, mode } = change;
  await makeChange(root, { path, before: after, after: before, mode }, attributes);
  // Only an empty folder goes: someone may have put a file there meanwhile.
  if (madeFolder !== undefined) await rmdir(madeFolder).catch(() => undefined);
}

/** Whether a file holds exactly this text, or does not exist where it is undefined. */
export async function holds(root: string, path: string, text: string | undefined): Promise<boolean> {
  try {
    return (await readFile(join(root, path))).equals(Buffer.from(text ?? '', 'utf8')) && text !== undefined;
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && text === undefined;
  }
}

/**
 * A folder below the root, made where it is missing. Its links are followed, but
 * never out of the root; a link in place of the file itself is refused.
 */
async function folderOf(
  root: string,
  path: string,
): Promise<{ folder: string; madeFolder: string | undefined }> {
  try {
    return { folder: await realpathBelow(root, path), madeFolder: undefined };
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path === dirname(path)) throw error;
  }
  const parent = await folderOf(root, dirname(path));
  const folder = join(parent.folder, basename(path));
  await mkdir(folder, { mode: 0o755 });
  return { folder, madeFolder: parent.madeFolder ?? folder };
}

/** The file as it is, when it is what `before` says; undefined when there is none and none was expected. */
async function expect(target: string, before: string | undefined): Promise<Stats | undefined> {
  let stats: Stats;
  try {
    stats = await lstat(target);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && before === undefined) return undefined;
    throw error;
  }
  if (stats.isSymbolicLink())
    throw new Error('it is a symbolic link, and what it points to may serve others too');
  if (!stats.isFile()) throw new Error('it is not a regular file');
  if (before === undefined || !(await readFile(target)).equals(Buffer.from(before, 'utf8'))) {
    throw new Error('it has changed since it was read; run rc-wait again');
  }
  return stats;
}

async function replace(
  target: string,
  before: string | undefined,
  after: string,
  attributes: Attributes,
  exists: boolean,
): Promise<void> {
  // A leading dot and this ending: no stack's glob takes it for a file of its own.
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.rc-wait`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(after, 'utf8');
    if (exists) await copyExtendedAttributes(target, temporary);
    const own = await handle.stat();
    const { uid, gid, mode } = attributes;
    if (uid >= 0 && (own.uid !== uid || own.gid !== gid)) await handle.chown(uid, gid);
    // After chown(2), which clears the set-id bits.
    await handle.chmod(mode & 0o7777);
    await handle.sync();
    await handle.close();
    handle = undefined;
    await expect(target, before);
    await rename(temporary, target);
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * ACLs and the SELinux label, which Node cannot copy: cp(1) of coreutils can. Its
 * failure is passed over: on a file system without them there is nothing to
 * copy, and mode and owner are set, and checked, by ourselves.
 */
async function copyExtendedAttributes(from: string, to: string): Promise<void> {
  const argv = ['cp', '--attributes-only', '--preserve=all', '--no-dereference', '--', from, to] as const;
  await runCommand({ argv: [...argv], timeoutMs: 10_000 });
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
