import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { RcWaitError } from '../base/error.ts';

/** Whether `root` is the running system itself. */
export function isRunningSystem(root: string): boolean {
  return join(root, sep) === sep;
}

/**
 * The real path of something below the root, symbolic links followed.
 * @throws RcWaitError NETWORK_FILE when a link leads out of the root: work on an
 *   image must never touch the machine that it is done on; system errors as they are
 */
export async function realpathBelow(root: string, path: string): Promise<string> {
  const real = await realpath(join(root, path));
  if (isRunningSystem(root)) return real;
  const realRoot = await realpath(root);
  if (real === realRoot || real.startsWith(realRoot + sep)) return real;
  throw new RcWaitError('NETWORK_FILE', `cannot use ${path}: a symbolic link leads out of ${root}`);
}
