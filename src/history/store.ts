import { existsSync, linkSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../base/error.ts';
import { replaceFile, trustedFolder } from '../base/files.ts';
import { withFolderBelow } from '../system/files.ts';
import { isRunningSystem } from '../system/root.ts';
import { SideFolder } from '../system/side-write.ts';

/** How many records are kept. */
const keptRecords = 16;

/** Where records are: a folder below a root. */
export interface RecordPlace {
  readonly root: string;
  readonly folder: string;
}

/** The name of a record's file. */
export const recordName = (number: number): string => `${number}.json`;

function numberOf(name: string): number | undefined {
  return /^[1-9]\d{0,8}\.json$/.test(name) ? Number.parseInt(name, 10) : undefined;
}

/** A record that this process writes. */
export interface OpenRecord {
  readonly number: number;
  /**
   * Replaces it: after a kill it is this text or the one before. Without fsync(2), which would cost a short wait more than
   * all else of its record: a power cut may take the last seconds. Done when it returns, unless this process sees a remote
   * mount (`SideFolder`). @throws system errors, or Error in words
   */
  replace(text: string): Promise<void>;
}

/**
 * Adds a record with the next number, and deletes all but the last ones. After a kill it is there whole, or not at all.
 * @throws system errors; RcWaitError NETWORK_FILE for a folder that others may write to
 */
export async function addRecord(
  place: RecordPlace,
  render: (number: number) => string,
  side = sideOf(place),
): Promise<OpenRecord> {
  const at = await writableFolder(place);
  const entries = readdirSync(at, { withFileTypes: true });
  const number = link(at, nextAfter(numbersIn(entries.map(({ name }) => name))), render);
  prune(
    at,
    entries.filter((entry) => entry.isFile()).map(({ name }) => name),
  );
  const path = join(at, recordName(number));
  return {
    number,
    replace: (text) => side.write({ path, text, mode: 0o600 }, () => replaceFile(path, text, 0o600)),
  };
}

/** The folder of the records as one that may stop answering. */
export function sideOf({ root, folder }: RecordPlace): SideFolder {
  return new SideFolder(join(root, folder));
}

/** The folder, created if missing, that nobody else may write to. */
async function writableFolder({ root, folder }: RecordPlace): Promise<string> {
  if (!isRunningSystem(root)) {
    return withFolderBelow(root, folder, 0o700, async (at) => at);
  }
  // Without a thread of node:fs/promises: the first one costs a short wait more than all else of its record.
  if (!existsSync(dirname(folder))) trustedFolder(dirname(folder), 0o755);
  trustedFolder(folder, 0o700);
  return folder;
}

/** The highest number of which {@link numberOf} knows the name. */
const largestNumber = 999_999_999;

/** The number after the last one; where there is none, because of a file with the largest, after the last that has room. */
function nextAfter(numbers: readonly number[]): number {
  const taken = new Set(numbers);
  const free = numbers.filter((number) => number < largestNumber && !taken.has(number + 1));
  return Math.max(0, ...free) + 1;
}

/** Writes the file under the first number that no other process takes at this moment. */
function link(at: string, first: number, render: (number: number) => string): number {
  for (let number = first; ; number += 1) {
    const whole = join(at, `.${number}.json.${process.pid}`);
    replaceFile(whole, render(number), 0o600);
    try {
      linkSync(whole, join(at, recordName(number)));
      return number;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(whole, { force: true });
    }
  }
}

/** The numbers of the records among the names of a folder. */
export function numbersIn(names: readonly string[]): number[] {
  return names.flatMap((name) => numberOf(name) ?? []);
}

/** In ms: a file that is being written is younger. */
const leftoverMs = 60_000;

/**
 * Deletes old records, with what killed processes left beside them.
 * @param names of files, without the record that was just added, which stays whatever its number is
 */
function prune(at: string, names: readonly string[]): void {
  const kept = new Set(
    numbersIn(names)
      .sort((one, other) => other - one)
      .slice(0, keptRecords - 1),
  );
  const oldest = Math.min(...kept);
  for (const name of names) {
    const path = join(at, name);
    const number = numberOf(name);
    const isOld = number === undefined ? isLeftover(path) : number < oldest;
    if (isOld) rmSync(path, { force: true });
  }
}

function isLeftover(path: string): boolean {
  if (!/^\.+\d{1,9}\.json\./.test(basename(path))) return false;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > leftoverMs;
}
