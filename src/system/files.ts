import { randomBytes } from 'node:crypto';
import { existsSync, type Stats } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { encodeBytes } from '../base/bytes.ts';
import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { readRegular } from '../base/files.ts';
import { placeBelow, readBelow, trustedBelow } from './root.ts';
import { runCommand } from './tool.ts';

/** In bytes: more than any network file has. */
const largestBytes = 64 * 2 ** 20;

/** No set-id bits: network files do not need them, and a journal must not restore one. */
const allowedMode = 0o1777;

/** The permissions and the owner of a file. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The change of one file. `before` undefined: the file is new. `after` undefined: the file is deleted. */
export interface Replacement {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** the mode of a new file; an existing file keeps its own */
  readonly mode: number;
}

/** A prepared change: the new file is already on the disk, beside the old one. */
export interface Staged {
  readonly change: Replacement;
  /**
   * Replaces the old file by the new one: rename(2), then fsync(2) of the folder.
   * @throws RcWaitError NETWORK_FILE if the file has changed meanwhile; then nothing is written
   */
  commit(): Promise<void>;
  /** Deletes the temporary file; harmless after the commit. */
  discard(): Promise<void>;
}

/**
 * Prepares one change. After a crash at any moment the file is either the complete old
 * one or the complete new one: temporary file in the same folder and fsync now, rename
 * and fsync of the folder on `commit`. Every step that a full disk can stop comes before
 * the first file is replaced. Mode, owner, ACLs and security label of a file are kept.
 * @param attributes for a file that is restored; default: those of the existing file
 * @throws RcWaitError NETWORK_FILE, with nothing changed, if the file is not what the
 *   plan saw, is a symbolic link or not a regular file, or cannot be written
 */
export async function stageChange(
  root: string,
  change: Replacement,
  attributes?: Attributes,
): Promise<Staged> {
  const { path, before, after, mode } = change;
  return guarded(path, async () => {
    const target = join(await folderBelow(root, dirname(path)), basename(path));
    const old = await expectFile(target, before);
    const wanted = attributes ?? old ?? { mode, uid: -1, gid: -1 };
    const temporary =
      after === undefined ? undefined : await writeTemporary(target, after, wanted, old !== undefined);
    return {
      change,
      commit: () =>
        guarded(path, async () => {
          await expectFile(target, before);
          await (temporary === undefined ? rm(target) : rename(temporary, target));
          await syncFolder(dirname(target));
        }),
      async discard() {
        if (temporary !== undefined) await rm(temporary, { force: true });
      },
    };
  });
}

/** Makes one change: `stageChange` and its commit. @throws RcWaitError NETWORK_FILE as they do */
export async function makeChange(root: string, change: Replacement, attributes?: Attributes): Promise<void> {
  const staged = await stageChange(root, change, attributes);
  try {
    await staged.commit();
  } finally {
    await staged.discard();
  }
}

/** Whether a file holds exactly this text; for undefined, whether the file does not exist. */
export async function holds(root: string, path: string, text: string | undefined): Promise<boolean> {
  try {
    return (await readBelow(root, path)).equals(encodeBytes(text ?? '')) && text !== undefined;
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && text === undefined;
  }
}

/**
 * A folder below the root, created if missing. Its symbolic links are followed inside the
 * root; `expectFile` refuses a link in place of the file itself.
 * @throws as `trustedBelow`
 */
async function folderBelow(root: string, path: string, mode = 0o755): Promise<string> {
  try {
    return await trustedBelow(root, path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path === dirname(path)) throw error;
  }
  // Only the last folder may be rc-wait's own: others must get through those above it.
  const parent = await folderBelow(root, dirname(path));
  const folder = join(parent, basename(path));
  await mkdir(folder, { mode });
  // mkdir(2) applies the umask: with 077, networkd, which does not run as root, could not read a drop-in there.
  await chmod(folder, mode);
  await syncFolder(parent);
  return folder;
}

/**
 * Runs `work` with a folder below the root. If it fails, the folders that were created for it are removed again as
 * far as they are empty. @throws as `folderBelow` and `work` do
 */
export async function withFolderBelow<T>(
  root: string,
  path: string,
  mode: number,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const missing = missingBelow(root, path);
  try {
    return await work(await folderBelow(root, path, mode));
  } catch (error) {
    for (const one of missing) await removeIfEmpty(root, one);
    throw error;
  }
}

/** The folders of a path that do not exist, from the innermost. */
function missingBelow(root: string, path: string): string[] {
  if (path === dirname(path) || existsSync(placeBelow(root, path))) return [];
  return [path, ...missingBelow(root, dirname(path))];
}

async function removeIfEmpty(root: string, path: string): Promise<void> {
  await trustedBelow(root, dirname(path))
    .then((folder) => rmdir(join(folder, basename(path))))
    .catch(() => undefined);
}

/** Writes a file that only rc-wait writes, atomically; by default readable by its owner alone. */
export async function writeWhole(target: string, text: string, mode = 0o600): Promise<void> {
  const temporary = await writeTemporary(target, text, { mode, uid: -1, gid: -1 }, false);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Makes the names in a folder durable: syncing a file does not sync its name, fsync(2). */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Deletes the temporary files of a process that was killed before it replaced the file. */
export async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => []);
  const prefix = `.${basename(target)}.`;
  const isLeftover = (name: string) =>
    name.startsWith(prefix) && /^[0-9a-f]{16}\.rc-wait$/.test(name.slice(prefix.length));
  for (const name of names.filter(isLeftover)) await rm(join(folder, name), { force: true });
}

/**
 * The stats of a file that still holds `before`; undefined if there is no file and none was expected.
 * @throws Error with the reason if it is something else
 */
export async function expectFile(target: string, before: string | undefined): Promise<Stats | undefined> {
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
  const { bytes } = readRegular(target, largestBytes, { noFollow: true });
  if (before === undefined || !bytes.equals(encodeBytes(before))) {
    throw new Error('it has changed since it was read; run rc-wait again');
  }
  return stats;
}

/** Runs `work` on a file. @throws RcWaitError NETWORK_FILE that names the file, whatever goes wrong */
export async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Writes the text to a temporary file beside the target and returns its path; a failure leaves no file. */
async function writeTemporary(
  target: string,
  text: string,
  { mode, uid, gid }: Attributes,
  exists: boolean,
): Promise<string> {
  // Because of the leading dot and the suffix no stack reads it as one of its own files.
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.rc-wait`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(encodeBytes(text));
    if (exists) await copyExtendedAttributes(target, temporary);
    const own = await handle.stat();
    const isKept =
      uid < 0 || (own.uid === uid && own.gid === gid) || (await isGiven(handle, own, { uid, gid }));
    await handle.chmod((isKept ? mode : withoutGroup(mode)) & allowedMode);
    await handle.sync();
    await handle.close();
    handle = undefined;
    return temporary;
  } catch (error) {
    await handle?.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Gives a file to its owner and group. Returns false if the owner is right and only root may set the group: the file
 * stays in this process's own group then, as with an editor.
 * @throws a system error, or Error in words if only root may set the owner
 */
async function isGiven(
  handle: FileHandle,
  own: Pick<Attributes, 'uid' | 'gid'>,
  { uid, gid }: Pick<Attributes, 'uid' | 'gid'>,
): Promise<boolean> {
  try {
    await handle.chown(uid, gid);
    return true;
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error;
    if (own.uid === uid) return false;
    throw new Error(`it belongs to user ${uid}, and only root may write it for that user`, { cause: error });
  }
}

/** A mode that gives a group no more than everybody has: it was meant for another group. */
function withoutGroup(mode: number): number {
  return mode & ~(0o070 & ~((mode & 0o007) << 3));
}

/**
 * Copies ACLs and the SELinux label with cp(1) of coreutils, because Node cannot. A
 * failure is ignored: a file system without them has nothing to copy, and rc-wait
 * itself sets and checks mode and owner.
 */
async function copyExtendedAttributes(from: string, to: string): Promise<void> {
  // The new timestamp stays: networkd (before 248) and others detect changed files by it.
  const options = ['--attributes-only', '--preserve=all', '--no-preserve=timestamps', '--no-dereference'];
  const argv = ['cp', ...options, '--', from, to] as const;
  await runCommand({ argv: [...argv], timeoutMs: 10_000 });
}
