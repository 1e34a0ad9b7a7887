import { addAbortSignal } from 'node:stream';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { readRegularText } from '../base/files.ts';

/** Size limit of a file that a person names, in bytes; a catalog is some 20 kB. */
export const largestNamedBytes = 16 * 2 ** 20;

/**
 * Reads a file that a flag names.
 * @throws RcWaitError CONFIGURATION when it cannot be read, or is not a regular file
 */
export function readText(path: string, flag: string): string {
  try {
    return readRegularText(path, largestNamedBytes);
  } catch (cause) {
    throw cannotRead(path, flag, cause);
  }
}

/**
 * Like `readText`, with `-` for standard input. Its writer may never write anything, so the signal ends the
 * read.
 * @throws RcWaitError CONFIGURATION as `readText`; the signal's reason when aborted
 */
export async function readInput(path: string, flag: string, signal: AbortSignal): Promise<string> {
  if (path !== '-' && path !== '/dev/stdin') return readText(path, flag);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin)) {
      length += (chunk as Buffer).length;
      if (length > largestNamedBytes) throw new Error('it is larger than 16 MiB');
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw cannotRead('standard input', flag, cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function cannotRead(what: string, flag: string, cause: unknown): RcWaitError {
  const message = `cannot read ${what}: ${reasonOf(cause)}`;
  return new RcWaitError('CONFIGURATION', message, { cause, hint: `named by ${flag}` });
}
