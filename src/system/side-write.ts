import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { within } from '../base/deadline.ts';
import { runProgram } from './command.ts';
import { toolEnvironment } from './environment.ts';
import { seesRemoteMount } from './remote-mounts.ts';

/** The time limit of such a write, in ms. An NFS server that answers late is not dead. */
const limitMs = 10_000;

/** Longer than SIGKILL takes for a process that still hears it, in ms. */
const killMs = 500;

/**
 * Replaces $1 by standard input, by way of $2, which nobody else knows; $3 is its mode, empty for that of the file before.
 * A file that is no regular one is left alone.
 */
const script = [
  'if [ -L "$1" ] || { [ -e "$1" ] && ! [ -f "$1" ]; }; then exit 1; fi',
  'set -C',
  'trap \'rm -f -- "$2"\' EXIT',
  'cat > "$2" || exit 1',
  'if [ -n "$3" ]; then chmod -- "$3" "$2"; elif [ -e "$1" ]; then chmod --reference="$1" -- "$2"; fi || exit 1',
  'mv -f -- "$2" "$1"',
].join('\n');

/** A file that is written beside the work of a command, and decides nothing of it. */
interface SideFile {
  readonly path: string;
  readonly text: string;
  /** default: that of the file before, or of the umask */
  readonly mode?: number;
}

/**
 * Replaces a file whole, and ends in time whatever its file system does. Nothing in a process bounds a write to a dead
 * NFS or FUSE mount. So where this process sees such a mount, a child writes, and is left behind if even SIGKILL does
 * not end it. Elsewhere, and where the child fails in time, `inProcess` does it, and gives the reason of a failure.
 * @throws Error in words after the limit; and as `inProcess` does
 */
export async function writeAside(file: SideFile, inProcess: () => void | Promise<void>): Promise<void> {
  if (!seesRemoteMount() || !(await isWrittenByChild(file))) await inProcess();
}

/** How long a `writeAside` may take, in ms; undefined: as long as a write in this process takes. */
export function sideWriteLimitMs(): number | undefined {
  return seesRemoteMount() ? limitMs + 2 * killMs : undefined;
}

async function isWrittenByChild({ path, text, mode }: SideFile): Promise<boolean> {
  // As `removeLeftovers` knows them: a child that is killed leaves it behind.
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.rc-wait`);
  const work = runProgram({
    argv: ['sh', '-c', script, 'sh', path, temporary, mode === undefined ? '' : mode.toString(8)],
    env: toolEnvironment(),
    input: text,
    timeoutMs: limitMs,
  });
  const end = await within(work, limitMs + killMs, () => undefined);
  if (end === undefined || end.kind === 'timeout') throw new Error(`no answer within ${limitMs / 1000} s`);
  return end.kind === 'exit' && end.status === 0;
}
