import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { errnoOf } from './error.ts';
import { distrust, distrustNearest, rootOrThisUser } from './trust.ts';

/** One read(2). */
const chunkBytes = 64 * 1024;

/** A file that was read, and whose it is: all of the same open file. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
  /** where it lies, by the kernel; undefined where /proc is not mounted */
  readonly path: string | undefined;
}

/**
 * Reads a file from outside, whatever lies at its path, without waiting for
 * anybody: to open a FIFO waits for a writer, and /dev/zero has no end. It is
 * looked at before it is opened, for to open some devices does something
 * (/dev/watchdog), and once more after: it may be another one by then.
 * @param largestBytes what is larger is something else
 * @param noFollow a symbolic link in its place is refused
 * @throws system errors, or Error with the reason in words
 */
export function readRegular(
  path: string,
  largestBytes: number,
  { noFollow = false }: { readonly noFollow?: boolean } = {},
): ReadFile {
  requireRegular(noFollow ? lstatSync(path) : statSync(path));
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants;
  const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (noFollow ? O_NOFOLLOW : 0));
  try {
    const stats = fstatSync(file);
    requireRegular(stats);
    if (stats.size > largestBytes) throw tooLong(largestBytes);
    return { bytes: readToEnd(file, largestBytes), stats, path: pathOf(file) };
  } finally {
    closeSync(file);
  }
}

/** `readRegular` as UTF-8 text. @throws as it does */
export function readRegularText(path: string, largestBytes: number): string {
  return readRegular(path, largestBytes).bytes.toString('utf8');
}

/** proc_pid_fd(5). */
function pathOf(file: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return undefined;
  }
}

/** Not by the size that it says: files of /proc and /sys say 0. */
function readToEnd(file: number, largestBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    const count = readSync(file, chunk, 0, chunkBytes, null);
    if (count === 0) return Buffer.concat(chunks, length);
    length += count;
    if (length > largestBytes) throw tooLong(largestBytes);
    chunks.push(chunk.subarray(0, count));
  }
}

/** @throws Error in words for a folder, a link, a FIFO, a device or a socket */
export function requireRegular(stats: Stats): void {
  if (stats.isDirectory()) throw new Error('it is a directory');
  if (stats.isSymbolicLink()) throw new Error('it is a symbolic link');
  if (!stats.isFile()) throw new Error('it is not a regular file');
}

function tooLong(largestBytes: number): Error {
  const mebi = largestBytes / 2 ** 20;
  return new Error(`it is larger than ${mebi >= 1 ? `${mebi} MiB` : `${largestBytes} bytes`}`);
}

/**
 * A folder whose content this process believes and writes: made where it is
 * missing, and refused where somebody else than root and the effective user could
 * put something into it, or something else in its place.
 * @param mode of a folder that is made, whatever the umask is
 * @throws system errors, or Error with the reason in words
 */
export function trustedFolder(path: string, mode: number): void {
  const owners = rootOrThisUser();
  const before = distrustNearest(path, owners);
  if (before !== undefined) throw new Error(before);
  if (makeFolder(path, mode)) chmodSync(path, mode);
  // Once more: in a folder like /tmp somebody may have been quicker.
  const after = distrust(path, owners);
  if (after !== undefined) throw new Error(after);
}

/**
 * mkdir -p; true: the last folder was made. Each name is tried once: Node's own
 * (`recursive: true`) goes round for ever, deaf to signals, where mkdir(2) says
 * ENOENT although the parent is there, as in /proc or below a mount whose
 * folder was removed.
 * @throws system errors
 */
export function makeFolder(path: string, mode: number): boolean {
  const whole = resolve(path);
  const missing: string[] = [];
  for (let at = whole; !isThere(at); at = dirname(at)) missing.push(at);
  let isMade = false;
  for (const folder of missing.toReversed()) {
    isMade = madeOne(folder, mode);
  }
  return isMade;
}

function isThere(path: string): boolean {
  if (path === dirname(path)) return true;
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function madeOne(folder: string, mode: number): boolean {
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    // Another process was quicker. A symbolic link to nowhere says EEXIST as well.
    if (errnoOf(error) === 'EEXIST' && statSync(folder).isDirectory()) return false;
    throw error;
  }
}

/**
 * Replaces a small file, whole or not at all: a new file of a name that nobody
 * can guess, and rename(2). The folder is one that `trustedFolder` has let pass.
 * @param mode whatever the umask is; from the first byte on it is 0600 or less
 * @throws system errors; nothing is left then
 */
export function replaceFile(path: string, text: string, mode: number): void {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}`);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      writeFileSync(file, text);
      fchmodSync(file, mode);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
