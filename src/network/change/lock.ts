import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { trustedFolder } from '../../base/files.ts';
import { startFault, startProgram } from '../../system/command.ts';
import { toolEnvironment } from '../../system/environment.ts';
import { isRunningSystem, requireTrusted } from '../../system/root.ts';

/** A lock that is held; letting it go is idempotent. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Lets one rc-wait at a time change the network of a root.
 *
 * The lock is flock(2) on a file, held by a child: `flock FILE cat`, whose stdin
 * is a pipe from us. When we end, by whatever signal, the kernel closes the
 * pipe, cat ends, and the lock is free: nothing stale is ever left behind. Node
 * has no flock of its own; flock(1) is part of util-linux, which every
 * distribution has. On the running system the file is one that only root can
 * open, so that no other user can take the lock and keep it. (An abstract socket
 * would die with its holder as well, but anyone may bind its name.) For another
 * root it is that folder itself, so that nothing is left in an image.
 *
 * @param waitMs how long another holder is waited for
 * @throws RcWaitError NETWORK_FILE when the lock cannot be had; the signal's reason when aborted
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
  // In a process group of its own: Ctrl-C goes to the whole foreground group, and the lock must outlive it
  // until the files are back.
  const child = startProgram({ argv, env: toolEnvironment() }, ['pipe', 'pipe', 'ignore']);
  if ('kind' in child) throw cannotLock(child.reason);
  const { stdin, stdout } = child;
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const release = async () => {
    stdin?.end();
    await ended;
  };
  stdin?.on('error', () => undefined);
  // Where flock(1) is missing there is no process, and Node would signal a number that was never set.
  const onAbort = () => void (child.pid !== undefined && child.kill('SIGKILL'));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (cause) => reject(cannotLock(startFault(cause).reason, { cause })));
      // flock(1) ends with 1 when the wait is over, and with others when it cannot lock at all.
      child.once('exit', (code) =>
        reject(
          cannotLock(
            code === 1 ? `another rc-wait has held it for ${wait} s` : `flock(1) cannot lock ${path}`,
          ),
        ),
      );
      // cat runs only once flock has the lock: when it answers, the lock is ours.
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

/** @throws RcWaitError NETWORK_FILE where somebody else could put something in its place */
function lockedRoot(root: string): string {
  requireTrusted(root, '/');
  return root;
}

async function lockFile(stateFolder: string): Promise<string> {
  const path = join(stateFolder, 'network.lock');
  try {
    // As the ledger's (pace/database.ts), which has the same folder.
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
