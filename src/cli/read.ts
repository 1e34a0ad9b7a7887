import { readFileSync } from 'node:fs';
import { RcWaitError, reasonOf } from '../base/error.ts';

/** No file that is named on the command line is larger: a catalog is some 20 kB. */
const largestBytes = 16 * 2 ** 20;

/**
 * The text of a file that a flag names; `-` is standard input.
 * @throws RcWaitError CONFIGURATION when it cannot be read
 */
export function readText(path: string, flag: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (cause) {
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot read ${path === '-' ? 'standard input' : path}: ${reasonOf(cause)}`,
      {
        cause,
        hint: `named by ${flag}`,
      },
    );
  }
  if (bytes.length <= largestBytes) return bytes.toString('utf8');
  throw new RcWaitError('CONFIGURATION', `cannot read ${path}: it is larger than 16 MiB`, {
    hint: `named by ${flag}`,
  });
}
