import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { trustedFolder } from '../../base/files.ts';
import { startFault, startProgram } from '../../system/command.ts';
import { toolEnvironment } from '../../system/environment.ts';
import { isRunningSystem, requireTrusted } from '../../system/root.ts';

/** A held lock; `release` is idempotent. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Allows one rc-wait at a time to change the network of a root.
 *
 * The lock is flock(2) on a file, held by a child process: `flock FILE cat`, whose stdin
 * is a pipe from rc-wait. When rc-wait ends, by whatever signal, the kernel closes the
 * pipe, cat ends, and the lock is free, so a stale lock is impossible. Node has no flock
 * of its own; flock(1) is part of util-linux, which every distribution has. On the running
 * system only root can open the file, so no other user can take the lock and keep it. (An
 * abstract socket would end with its holder as well, but anyone may bind its name.) For
 * another root the lock is on the folder itself, so that no file is left in an image.
 *
 * @param waitMs how long to wait for another holder
 * @throws RcWaitError NETWORK_FILE if the lock cannot be taken; the signal's reason when aborted
 */
export async function lockNetwork(
  root: string,
  stateFolder: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<Lock> {
  signal?.throwIfAborted();
  const path = isRunningSystem(root) ? await lockFile(stateFolder) : lockedRoot(root);
  const wait = String(Math.ceil(waitMs / 1000));
  const argv = ['flock', '--exclusive', '--timeout', wait, '--', path, 'cat'] as const;
  // In its own process group: Ctrl-C goes to the whole foreground group, and the lock must be held until the
  // files are restored.
  const child = startProgram({ argv, env: toolEnvironment() }, ['pipe', 'pipe', 'ignore']);
  if ('kind' in child) throw cannotLock(child.reason);
  const { stdin, stdout } = child;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const release = async () => {
    stdin?.end();
    await ended;
  };
  stdin?.on('error', () => undefined);
  // If flock(1) is missing there is no process, and Node would signal a pid that was never set.
  const onAbort = () => void (child.pid !== undefined && child.kill('SIGKILL'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (cause) => reject(cannotLock(startFault(cause).reason, { cause })));
      // flock(1) exits with 1 after its timeout, and with another status if it cannot lock at all.
      child.once('exit', (code) =>
        reject(
          cannotLock(
            code === 1 ? `another rc-wait has held it for ${wait} s` : `flock(1) cannot lock ${path}`,
          ),
        ),
      );
      // cat runs only once flock has the lock, so its answer means that the lock is taken.
      stdout?.once('data', () => resolve());
      stdin?.write('locked\n');
    });
  } catch (error) {
    stdin?.destroy();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  return { release };
}

/** @throws RcWaitError NETWORK_FILE if another user could replace the root folder */
function lockedRoot(root: string): string {
  requireTrusted(root, '/');
  return root;
}

async function lockFile(stateFolder: string): Promise<string> {
  const path = join(stateFolder, 'network.lock');
  try {
    // Same mode as for the ledger (pace/database.ts), which uses this folder too.
    trustedFolder(stateFolder, 0o755);
    const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOFOLLOW } = constants;
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW;
    await (await open(path, flags, 0o600)).close();
    return path;
  } catch (cause) {
    throw cannotLock(`${path}: ${reasonOf(cause)}`, { cause });
  }
}

function cannotLock(reason: string, options: { cause?: unknown } = {}): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot lock the network configuration: ${reason}`, options);
}
