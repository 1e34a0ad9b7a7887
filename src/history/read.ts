import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { placeBelow, readBelow } from '../system/root.ts';
import { parseRecord } from './parse.ts';
import type { WaitRecord } from './record.ts';
import { numbersIn, type RecordPlace, recordName } from './store.ts';

/** In bytes; a record has less than 1 MiB. */
const largestBytes = 4 * 2 ** 20;

/** The records of a folder, by number, and why some cannot be read. */
interface Records {
  readonly records: readonly WaitRecord[];
  readonly problems: readonly string[];
}

/** Reads all records. @throws RcWaitError PERMISSION, STATE if the folder cannot be read */
export async function readRecords({ root, folder }: RecordPlace): Promise<Records> {
  const records: WaitRecord[] = [];
  const problems: string[] = [];
  for (const number of numbersOf(root, folder)) {
    const path = join(folder, recordName(number));
    try {
      const record = parseRecord((await readBelow(root, path, largestBytes)).toString('utf8'));
      if (record === undefined) problems.push(`cannot read ${join(root, path)}: it is no record of a wait`);
      else records.push({ ...record, number });
    } catch (error) {
      // A wait that began meanwhile has deleted it.
      if (errnoOf(error) !== 'ENOENT') problems.push(`cannot read ${join(root, path)}: ${reasonOf(error)}`);
    }
  }
  return { records, problems };
}

function numbersOf(root: string, folder: string): number[] {
  try {
    return numbersIn(readdirSync(placeBelow(root, folder))).sort((one, other) => one - other);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    const isDenied = errnoOf(error) === 'EACCES';
    throw new RcWaitError(
      isDenied ? 'PERMISSION' : 'STATE',
      `cannot read ${join(root, folder)}: ${reasonOf(error)}`,
      { cause: error, ...(isDenied ? { hint: 'run it as root' } : {}) },
    );
  }
}
