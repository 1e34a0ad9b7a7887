import { realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { RcWaitError } from '../base/error.ts';
import { type ReadFile, readRegular } from '../base/files.ts';
import { distrust, distrustNearest, rootOrThisUser } from '../base/trust.ts';
import { locate, systemError } from '../base/walk.ts';

/**
 * Whether `root` is the running system itself, however it is written: `/`, `.` from within it, a symbolic link to it.
 * Its files are the same then, and a change must reach the kernel too.
 */
export function isRunningSystem(root: string): boolean {
  if (resolve(root) === sep) return true;
  try {
    const [own, other] = [statSync(sep), statSync(root)];
    return own.ino === other.ino && own.dev === other.dev;
  } catch {
    // Whoever uses it says what is wrong with it.
    return false;
  }
}

/**
 * The real path of a file or folder below the root. Symbolic links are followed inside the root, as the system on
 * it will follow them: an absolute link begins at the root, and none leads out of it. So work on an image never
 * touches the machine that does it.
 * @throws RcWaitError NETWORK_FILE if the path itself leads up; system errors unchanged
 */
export async function realpathBelow(root: string, path: string): Promise<string> {
  if (path.split('/').includes('..'))
    throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: it contains ".."`);
  if (isRunningSystem(root)) return realpathSync.native(join(root, path));
  // Without a thread of node:fs/promises: a plan does this hundreds of times, and each switch costs more than the look.
  const { real, missing } = locate(realpathSync.native(root), path);
  if (missing !== '') throw systemError('ENOENT', path);
  return real;
}

/**
 * The path below the root at which the system on it would look for a file, whether that exists or not. The names
 * that do not exist are added as they are.
 * @throws system errors
 */
export function placeBelow(root: string, path: string): string {
  const { real, missing } = locate(realpathSync(root), path);
  // Joined to `/` first: `..` behind a name that does not exist must not lead out of the root.
  return missing === '' ? real : join(real, join('/', missing));
}

/** Whether a path leads to /dev/null on the system below the root; an image may lack the device itself. */
export function isNullBelow(root: string, path: string): boolean {
  try {
    return placeBelow(root, path) === join(realpathSync(root), '/dev/null');
  } catch {
    return false;
  }
}

/**
 * `realpathBelow` for a folder to write to. Refuses a path that anybody but root and the
 * effective user could change: between the check and the write, such a user could replace a
 * folder by a symbolic link and redirect the write, even out of the root. A folder with the
 * sticky bit is safe: others can only add their own names there, and files.ts follows no such link.
 * @throws RcWaitError NETWORK_FILE that names the unsafe folder, or as `realpathBelow`; system errors unchanged
 */
export async function trustedBelow(root: string, path: string): Promise<string> {
  refuse(path, doubtBelow(root, path, true));
  return realpathBelow(root, path);
}

/** The check of `trustedBelow` for a folder that may not exist yet. @throws as it does */
export function requireTrusted(root: string, path: string): void {
  refuse(path, distrustNearest(join('/', path), rootOrThisUser(), true, resolve(root)));
}

/**
 * Why anybody but root and the effective user could change what a path below the root leads to, see `distrust`.
 * @throws system errors
 */
export function doubtBelow(root: string, path: string, asParent = false): string | undefined {
  return distrust(join('/', path), rootOrThisUser(), asParent, resolve(root));
}

/** @throws RcWaitError NETWORK_FILE if there is a doubt */
function refuse(path: string, doubt: string | undefined): void {
  if (doubt === undefined) return;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: ${doubt}`, {
    hint: 'nothing was changed; chown and chmod go-w take the folder from others, once you have looked at what they put there',
  });
}

/** In bytes: more than any network file has, or the journal of a change of hundreds of files. */
const longestBytes = 64 * 2 ** 20;

/**
 * The content of a file below the root, with its owner and mode; symbolic links are followed. The path of the
 * opened file is checked, because a folder may have been replaced since its path was resolved.
 * @throws as `realpathBelow`, or Error with the reason if it is not a regular file
 */
export async function openBelow(root: string, path: string, largestBytes = longestBytes): Promise<ReadFile> {
  const real = await realpathBelow(root, path);
  const file = readRegular(real, largestBytes);
  if (isRunningSystem(root) || file.path === undefined || file.path === real) return file;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: its folder was replaced while it was read`);
}

/** The content of a file below the root. @throws as `openBelow` */
export async function readBelow(root: string, path: string, largestBytes = longestBytes): Promise<Buffer> {
  return (await openBelow(root, path, largestBytes)).bytes;
}
