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

/** The size of one read(2). */
const chunkBytes = 64 * 1024;

/** A file's content, and the owner, mode and path of that same open file. */
export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
  /** its path according to the kernel; undefined if /proc is not mounted */
  readonly path: string | undefined;
}

/**
 * Reads an untrusted file without ever blocking: opening a FIFO waits for a writer, and /dev/zero never ends.
 * The path is checked before it is opened, because opening some devices has an effect (/dev/watchdog), and
 * again afterwards, because it may have been replaced meanwhile.
 * @param largestBytes larger files are refused
 * @param noFollow refuses a symbolic link in the file's place
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

/** `readRegular` as UTF-8 text; throws the same errors. */
export function readRegularText(path: string, largestBytes: number): string {
  return readRegular(path, largestBytes).bytes.toString('utf8');
}

/** See proc_pid_fd(5). */
function pathOf(file: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return undefined;
  }
}

/** Ignores the stated size: files of /proc and /sys report 0. */
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
 * Ensures a folder whose content this process believes and writes. Creates it if it is missing; refuses it if
 * anyone but root and the effective user could add something to it or replace it.
 * @param mode of a new folder, whatever the umask
 * @throws system errors, or Error with the reason in words
 */
export function trustedFolder(path: string, mode: number): void {
  const owners = rootOrThisUser();
  const before = distrustNearest(path, owners);
  if (before !== undefined) throw new Error(before);
  if (makeFolder(path, mode)) chmodSync(path, mode);
  // Check again: in a folder like /tmp somebody may have been quicker.
  const after = distrust(path, owners);
  if (after !== undefined) throw new Error(after);
}

/**
 * mkdir -p; returns true if it created the last folder. Tries each name once: Node's own (`recursive: true`)
 * loops for ever, deaf to signals, if mkdir(2) reports ENOENT although the parent exists, as in /proc or below
 * a mount whose folder was removed.
 * @throws system errors
 */
export function makeFolder(path: string, mode: number): boolean {
  const whole = resolve(path);
  const missing: string[] = [];
  for (let at = whole; !isThere(at); at = dirname(at)) missing.push(at);
  let isMade = false;
  for (const folder of missing.toReversed()) {
    isMade = makeOne(folder, mode);
  }
  return isMade;
}

function isThere(path: string): boolean {
  if (path === dirname(path)) return true;
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function makeOne(folder: string, mode: number): boolean {
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    // Another process was quicker. A dangling symbolic link reports EEXIST as well.
    if (errnoOf(error) === 'EEXIST' && statSync(folder).isDirectory()) return false;
    throw error;
  }
}

/**
 * Replaces a small file atomically: a new file with an unpredictable name, and rename(2). The folder must have
 * passed `trustedFolder`.
 * @param mode whatever the umask; until the content is written it is 0600 or less
 * @throws system errors; the new file is removed then
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
