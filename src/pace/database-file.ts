import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { errnoOf } from '../base/error.ts';
import { readRegular, requireRegular } from '../base/files.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { isWalWhole } from './wal.ts';

/** More than a log of 64 pages needs; then SQLite writes it to the file (`wal_autocheckpoint`). */
const largestLogBytes = 64 * 2 ** 20;

/** How often, and at what interval in ms, to look at a log that another process may be writing. */
const logReads = 4;
const logReadIntervalMs = 5;

/** The file is intact but not written by this version: it is treated like a damaged one. */
export class ForeignFile extends Error {}

/**
 * Creates the file if it is missing. Anything but a regular file is refused: opening a FIFO would wait for a reader.
 */
export function makeRegular(path: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    closeSync(openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  // By name, without opening them: see `connections` in database.ts. In a trusted folder nobody else can
  // replace them.
  for (const suffix of ['', '-wal', '-shm']) {
    const stats = lstatSync(path + suffix, { throwIfNoEntry: false });
    if (stats !== undefined) requireRegular(stats);
  }
  const doubt = distrust(path, rootOrThisUser());
  if (doubt !== undefined) throw new Error(doubt);
}

/**
 * SQLite silently drops what it cannot verify in a log, and everything after it: those requests would no longer
 * count. Another process may be writing or removing both files at this moment; then the next look finds them complete.
 * @throws ForeignFile
 */
export function requireWholeLog(path: string): void {
  for (let look = 1; ; look += 1) {
    // The index first: the frames that it counts are already in the log.
    const index = contentOf(`${path}-shm`);
    if (isWalWhole(contentOf(`${path}-wal`), index)) return;
    if (look === logReads) throw new ForeignFile('requests are missing from its log');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, logReadIntervalMs);
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readRegular(path, largestLogBytes).bytes;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
