import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { RcWaitError } from '../base/error.ts';
import { readRegular } from '../base/files.ts';
import { distrust, distrustNearest, rootOrThisUser } from '../base/trust.ts';

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
 * The real path of a file or folder below the root, with symbolic links resolved.
 * @throws RcWaitError NETWORK_FILE if a link leads out of the root, because work on an
 *   image must never touch the machine that does it; system errors unchanged
 */
export async function realpathBelow(root: string, path: string): Promise<string> {
  if (path.split('/').includes('..'))
    throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: it leads up`);
  const real = await realpath(join(root, path));
  if (isRunningSystem(root)) return real;
  const realRoot = await realpath(root);
  if (real === realRoot || real.startsWith(realRoot + sep)) return real;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: a symbolic link leads out of ${root}`);
}

/**
 * `realpathBelow` for a folder to write to. Refuses a path that anybody but root and the
 * effective user could change: between the check and the write, such a user could replace a
 * folder by a symbolic link and redirect the write, even out of the root. A folder with the
 * sticky bit is safe: others can only add their own names there, and files.ts follows no such link.
 * @throws RcWaitError NETWORK_FILE that names the unsafe folder, or as `realpathBelow`; system errors unchanged
 */
export async function trustedBelow(root: string, path: string): Promise<string> {
  refuse(path, distrust(join(root, path), rootOrThisUser(), true));
  return realpathBelow(root, path);
}

/** The check of `trustedBelow` for a folder that may not exist yet. @throws as it does */
export function requireTrusted(root: string, path: string): void {
  refuse(path, distrustNearest(join(root, path), rootOrThisUser(), true));
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
 * The content of a file below the root; symbolic links are followed. The path of the opened file
 * is checked, because a folder may have been replaced since its path was resolved.
 * @throws as `realpathBelow`, or Error with the reason if it is not a regular file
 */
export async function readBelow(root: string, path: string, largestBytes = longestBytes): Promise<Buffer> {
  const real = await realpathBelow(root, path);
  const { bytes, path: opened } = readRegular(real, largestBytes);
  if (isRunningSystem(root) || opened === undefined || opened === real) return bytes;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: its folder was replaced while it was read`);
}
