import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { encodeBytes } from '../base/bytes.ts';
import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { readRegular } from '../base/files.ts';
import { readBelow, trustedBelow } from './root.ts';
import { runCommand } from './tool.ts';

/** More than a network file has. */
const largestBytes = 64 * 2 ** 20;

/** No set-id bit: a network file has no use for one, and a journal must not bring one back. */
const allowedMode = 0o1777;

/** Who may do what with a file. */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** One file's change. `before` undefined: the file is new. `after` undefined: the file goes. */
export interface Replacement {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** the mode of a new file; an existing file keeps its own */
  readonly mode: number;
}

/** A change that is ready to be made: the new file lies beside the old one, on the disk. */
export interface Staged {
  readonly change: Replacement;
  /**
   * Puts the new file in the place of the old one: rename(2), fsync(2) of the folder.
   * @throws RcWaitError NETWORK_FILE, and then nothing has changed, when the file is not what it was
   */
  commit(): Promise<void>;
  /** Takes the new file away again; harmless after the commit. */
  discard(): Promise<void>;
}

/**
 * Prepares one change, so that the file is the old one or the new one, whole,
 * after a crash at any moment: temporary file in the same folder, fsync, and
 * with `commit` rename and fsync of the folder. All that a full disk can stop
 * happens before the first file of a change is replaced. An existing file's
 * mode, owner, ACLs and security label stay.
 * @param attributes those of a file that is put back; else those of the file that is there
 * @throws RcWaitError NETWORK_FILE, and then nothing has changed: when the file is
 *   not what the plan saw, is a symbolic link or no regular file, or cannot be written
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

/** Makes one change: `stageChange` and its commit. @throws RcWaitError NETWORK_FILE as these do */
export async function makeChange(root: string, change: Replacement, attributes?: Attributes): Promise<void> {
  const staged = await stageChange(root, change, attributes);
  try {
    await staged.commit();
  } finally {
    await staged.discard();
  }
}

/** Whether a file holds exactly this text, or does not exist where it is undefined. */
export async function holds(root: string, path: string, text: string | undefined): Promise<boolean> {
  try {
    return (await readBelow(root, path)).equals(encodeBytes(text ?? '')) && text !== undefined;
  } catch (error) {
    return errnoOf(error) === 'ENOENT' && text === undefined;
  }
}

/**
 * A folder below the root, made where it is missing. Its links are followed, but
 * never out of the root; a link in place of the file itself is refused.
 * @throws as `trustedBelow`
 */
export async function folderBelow(root: string, path: string, mode = 0o755): Promise<string> {
  try {
    return await trustedBelow(root, path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path === dirname(path)) throw error;
  }
  const parent = await folderBelow(root, dirname(path), mode);
  const folder = join(parent, basename(path));
  await mkdir(folder, { mode });
  // mkdir(2) takes the caller's umask off: with 077 networkd, which is not root, could not read a drop-in there.
  await chmod(folder, mode);
  await syncFolder(parent);
  return folder;
}

/** Writes a file that nobody else writes, whole or not at all, readable by its owner alone. */
export async function writeWhole(target: string, text: string): Promise<void> {
  const temporary = await writeTemporary(target, text, { mode: 0o600, uid: -1, gid: -1 }, false);
  try {
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Makes the names in a folder durable (fsync(2): that of a file says nothing of its name). */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Takes away what a killed process left beside a file: the file itself was not touched yet. */
export async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => []);
  const prefix = `.${basename(target)}.`;
  const isOurs = (name: string) =>
    name.startsWith(prefix) && /^[0-9a-f]{16}\.rc-wait$/.test(name.slice(prefix.length));
  for (const name of names.filter(isOurs)) await rm(join(folder, name), { force: true });
}

/**
 * The file as it is, when it is what `before` says; undefined when there is none and none was expected.
 * @throws Error with the reason when it is something else
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

/** Does something with a file; whatever goes wrong is a NETWORK_FILE that names it. */
export async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot write ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The text on the disk, beside the target; returns its path. Nothing is left where it fails. */
async function writeTemporary(
  target: string,
  text: string,
  { mode, uid, gid }: Attributes,
  exists: boolean,
): Promise<string> {
  // A leading dot and this ending: no stack's glob takes it for a file of its own.
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.rc-wait`);
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(encodeBytes(text));
    if (exists) await copyExtendedAttributes(target, temporary);
    const own = await handle.stat();
    if (uid >= 0 && (own.uid !== uid || own.gid !== gid)) await handle.chown(uid, gid);
    await handle.chmod(mode & allowedMode);
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
 * ACLs and the SELinux label, which Node cannot copy: cp(1) of coreutils can. Its
 * failure is passed over: on a file system without them there is nothing to
 * copy, and mode and owner are set, and checked, by ourselves.
 */
async function copyExtendedAttributes(from: string, to: string): Promise<void> {
  // A new time: by it networkd (before 248) and others tell that the file has changed.
  const options = ['--attributes-only', '--preserve=all', '--no-preserve=timestamps', '--no-dereference'];
  const argv = ['cp', ...options, '--', from, to] as const;
  await runCommand({ argv: [...argv], timeoutMs: 10_000 });
}
