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

/** Ends only when the server of the folder $1 has answered: attributes alone may come from a cache. $2 is a name of its own. */
const reachScript = 'set -C; : > "$1/$2" && rm -f -- "$1/$2"';

/**
 * Replaces $1 by standard input, by way of $2, which nobody else knows; $3 is its mode, empty for the mode of the file before.
 * A file that is no regular one is left alone.
 */
const script = [
  'if [ -L "$1" ] || { [ -e "$1" ] && ! [ -f "$1" ]; }; then exit 1; fi',
  'set -C',
  'trap \'rm -f -- "$2"\' EXIT',
  '[ -z "$3" ] || umask 077',
  'cat > "$2" || exit 1',
  'if [ -n "$3" ]; then chmod -- "$3" "$2"; elif [ -e "$1" ]; then chmod --reference="$1" -- "$2"; fi || exit 1',
  'mv -f -- "$2" "$1"',
].join('\n');

/** A file that is written beside the work of a command, and decides nothing of it. */
interface SideFile {
  readonly path: string;
  readonly text: string;
  /** default: the mode of the file before, or by the umask */
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
  return isDoneByChild(script, [path, temporary, mode === undefined ? '' : mode.toString(8)], text);
}

/** @throws NoAnswer */
async function isDoneByChild(
  lines: string,
  words: readonly string[],
  input: string | undefined,
): Promise<boolean> {
  const work = runProgram({
    argv: ['sh', '-c', lines, 'sh', ...words],
    env: toolEnvironment(),
    timeoutMs: limitMs,
    ...(input === undefined ? {} : { input }),
  });
  const end = await within(work, limitMs + killMs, () => undefined);
  if (end === undefined || end.kind === 'timeout') throw new NoAnswer();
  return end.kind === 'exit' && end.status === 0;
}

/** A file system gave no answer in time. */
export class NoAnswer extends Error {
  constructor() {
    super(`no answer within ${limitMs / 1000} s`);
  }
}

/** Says whether a folder answers; tests put another one in its place. @throws NoAnswer */
type Reach = (folder: string) => Promise<unknown>;

const reachByChild: Reach = (folder) =>
  isDoneByChild(reachScript, [folder, `.${randomBytes(8).toString('hex')}.rc-wait`], undefined);

/**
 * Work on the files of one folder that decides nothing of a command: one piece after the other. Where this process
 * sees no remote mount, each is done at once, before the call returns. Once the folder has not answered, it is left
 * alone: waiting for it again and again would add up.
 */
export class SideFolder {
  readonly #path: string;
  readonly #isRemoteSeen: () => boolean;
  readonly #reach: Reach;
  #last: Promise<void> | undefined;
  #silence: NoAnswer | undefined;

  constructor(path: string, isRemoteSeen = seesRemoteMount, reach = reachByChild) {
    this.#path = path;
    this.#isRemoteSeen = isRemoteSeen;
    this.#reach = reach;
  }

  /** Replaces a file in the folder as `writeAside` does. @throws Error in words, as `inProcess` does */
  write(file: SideFile, inProcess: () => void): Promise<void> {
    return this.#inTurn(inProcess, () => writeAside(file, inProcess));
  }

  /**
   * Does other work in this process, after a child has made a file in the folder and removed it again: a mount that
   * died before is noticed, one that dies in the milliseconds between is not. @throws Error in words, as `work` does
   */
  run(work: () => void): Promise<void> {
    return this.#inTurn(work, async () => {
      await this.#reach(this.#path);
      work();
    });
  }

  async #inTurn(atOnce: () => void, aside: () => Promise<void>): Promise<void> {
    if (this.#last === undefined && !this.#isRemoteSeen()) return atOnce();
    const turn = (this.#last ?? Promise.resolve()).then(async () => {
      if (this.#silence !== undefined) throw this.#silence;
      try {
        await aside();
      } catch (error) {
        if (error instanceof NoAnswer) this.#silence = error;
        throw error;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
