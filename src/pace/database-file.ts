import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import { errnoOf } from '../base/error.ts';
import { readRegular, requireRegular } from '../base/files.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { isWalWhole } from './wal.ts';

/** More than a log of 64 pages needs, which is then written to the file (`wal_autocheckpoint`). */
const largestLogBytes = 64 * 2 ** 20;

/** How often, and how far apart in ms, a log is looked at that another process may be writing. */
const looksAtLog = 4;
const betweenLooksMs = 5;

/** The file is sound, and not what this version writes: treated like a damaged one. */
export class NotOurs extends Error {}

/** Makes the file where it is missing. Nothing else may lie there: to open a FIFO would wait for a reader. */
export function makeRegular(path: string): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  try {
    closeSync(openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  // By their names, and not opened: see `connections` in database.ts. In a folder that is trusted nobody else can change them.
  for (const suffix of ['', '-wal', '-shm']) {
    const stats = lstatSync(path + suffix, { throwIfNoEntry: false });
    if (stats !== undefined) requireRegular(stats);
  }
  const doubt = distrust(path, rootOrThisUser());
  if (doubt !== undefined) throw new Error(doubt);
}

/**
 * SQLite leaves out what it cannot verify of a log, and all that follows, without
 * a word: requests that would count no more. Another process may be writing both
 * files, or taking them away, at this moment: then the next look finds them whole.
 * @throws NotOurs
 */
export function requireWholeLog(path: string): void {
  for (let look = 1; ; look += 1) {
    // In this order: what the index counts has been in the log before.
    const index = contentOf(`${path}-shm`);
    if (isWalWhole(contentOf(`${path}-wal`), index)) return;
    if (look === looksAtLog) throw new NotOurs('requests are missing from its log');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, betweenLooksMs);
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
