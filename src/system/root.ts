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
 * The real path of something below the root, symbolic links followed.
 * @throws RcWaitError NETWORK_FILE when a link leads out of the root: work on an
 *   image must never touch the machine that it is done on; system errors as they are
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
 * `realpathBelow` for a folder that is written to: refuses a path that somebody
 * else than root and the effective user could change. Between a look and the write
 * such a user could put a symbolic link in the place of a folder, and the write
 * would go to another file, outside the root as well. In a folder with the sticky
 * bit he can only make names of his own, which files.ts does not follow.
 * @throws RcWaitError NETWORK_FILE with the folder that is at fault, or as `realpathBelow`; system errors as they are
 */
export async function trustedBelow(root: string, path: string): Promise<string> {
  refuse(path, distrust(join(root, path), rootOrThisUser(), true));
  return realpathBelow(root, path);
}

/** `trustedBelow` for a folder that need not be there yet. @throws as it does */
export function requireTrusted(root: string, path: string): void {
  refuse(path, distrustNearest(join(root, path), rootOrThisUser(), true));
}

/** @throws RcWaitError NETWORK_FILE where there is a doubt */
function refuse(path: string, doubt: string | undefined): void {
  if (doubt === undefined) return;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: ${doubt}`, {
    hint: 'nothing was changed; chown and chmod go-w take the folder from others, once you have looked at what they put there',
  });
}

/** More than a network file has, and than the journal of a change of hundreds of them. */
const longestBytes = 64 * 2 ** 20;

/**
 * The content of a file below the root, links followed. Where it lies is asked of the
 * file that was opened: a folder may be another one since its path was looked at.
 * @throws as `realpathBelow`, or Error in words for what is no regular file
 */
export async function readBelow(root: string, path: string, largestBytes = longestBytes): Promise<Buffer> {
  const real = await realpathBelow(root, path);
  const { bytes, path: opened } = readRegular(real, largestBytes);
  if (isRunningSystem(root) || opened === undefined || opened === real) return bytes;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: its folder was replaced while it was read`);
}
