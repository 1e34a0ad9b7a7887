import { errnoOf } from '../../base/error.ts';
import { startFault, startProgram, tail } from '../../system/command.ts';
import { toolEnvironment } from '../../system/environment.ts';

/** How one run of the watch ended. */
export type WatchEnd =
  /** another process of this server has the lock */
  | { readonly kind: 'held' }
  /** it cannot run here for as long as this server runs */
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'died'; readonly why: string };

/** A run of the watch. */
export interface WatchChild {
  readonly ended: Promise<WatchEnd>;
  /** Ends it; does not wait for that. */
  stop(): void;
}

export interface WatchChildOptions {
  /** the folder in xenstore */
  readonly folder: string;
  /** an existing file that only root can open */
  readonly lockFile: string;
  /** called with the path of each change, and once at the beginning */
  readonly onEvent: (path: string) => void;
}

/** The script's word when the lock is taken; no path in xenstore has a space. */
const leads = 'this process watches';

/**
 * Watches until its standard input ends, which the kernel sees to when rc-wait ends, also by SIGKILL. Without `-n`
 * xenstore-watch(1) would go round for ever on a lost connection (do_watch in tools/xenstore/xenstore_client.c of
 * Xen 4.17); with it, it ends after that many changes or failures, and is started anew. Whoever would end it ends with it: if rc-wait is
 * stopped at that time (SIGSTOP), its process id may be that of another program later.
 */
const script = `echo '${leads}'
exec 3<&0 </dev/null
xenstore-watch -n 1000 "$1" 3<&- &
watch=$!
{ cat <&3; kill "$watch"; } >/dev/null 2>&1 &
end=$!
exec 3<&-
wait "$watch"
status=$?
kill "$end" 2>/dev/null
exit "$status"`;

/** Longer than any path in xenstore (XENSTORE_ABS_PATH_MAX is 3072). */
const longestLine = 8_192;

/**
 * Runs xenstore-watch(1), if no other process of this server does: flock(1) has the lock, and gives it to each of its
 * children, so that it is free once all of them have ended. Never throws.
 */
export function startWatchChild({ folder, lockFile, onEvent }: WatchChildOptions): WatchChild {
  const argv = ['flock', '--nonblock', '--', lockFile, 'sh', '-c', script, 'sh', folder] as const;
  const child = startProgram({ argv, env: toolEnvironment() }, ['pipe', 'pipe', 'pipe']);
  if ('kind' in child) {
    const why = child.reason;
    return {
      ended: Promise.resolve(child.isMissing ? { kind: 'none', why } : { kind: 'died', why }),
      stop: () => undefined,
    };
  }
  const { stdin, stdout, stderr } = child;
  const errors = tail(1_000);
  let isLeader = false;
  let rest = '';
  const stop = (): void => {
    // Nothing of it keeps this process from ending.
    for (const stream of [stdin, stdout, stderr]) stream?.destroy();
    child.unref();
  };
  stdin?.on('error', () => undefined);
  stderr?.setEncoding('utf8').on('data', errors.push);
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines)
      if (line === leads) isLeader = true;
      else onEvent(line);
  });
  const ended = new Promise<WatchEnd>((resolve) => {
    child.once('error', (error) =>
      resolve({ kind: errnoOf(error) === 'ENOENT' ? 'none' : 'died', why: startFault(error).reason }),
    );
    child.once('exit', (status) => {
      stop();
      resolve(isLeader ? endOfWatch(status, errors.text()) : endOfLock(status, errors.text()));
    });
  });
  return { ended, stop };
}

/** flock(1) exits with 1 where another process has the lock, and with another status if it cannot lock at all. */
function endOfLock(status: number | null, stderr: string): WatchEnd {
  if (status === 1) return { kind: 'held' };
  return { kind: 'died', why: stderr.trim() || `flock ended with ${status ?? 'a signal'}` };
}

/** By the messages of xenstore-watch(1) (tools/xenstore/xenstore_client.c); 127 is sh's for a missing program. */
function endOfWatch(status: number | null, stderr: string): WatchEnd {
  const why = stderr.trim() || `xenstore-watch ended with ${status ?? 'a signal'}`;
  const isNone = status === 127 || /xs_open: No such file or directory/.test(stderr);
  return { kind: isNone ? 'none' : 'died', why };
}
