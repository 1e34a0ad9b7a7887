import { addAbortSignal } from 'node:stream';
import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { readRegularText } from '../base/files.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { parseEnvironmentFile } from './settings/environment-file.ts';

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

/** The variables in the file of rc-wait.service, if it is there and can be trusted. */
type ServiceFile =
  | { readonly kind: 'none' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'read'; readonly values: ReadonlyMap<string, string> };

const largestServiceFileBytes = 2 ** 20;

/** Reads the EnvironmentFile= of rc-wait.service. Never throws. */
export function readServiceFile(path: string): ServiceFile {
  try {
    const why = distrust(path, rootOrThisUser());
    if (why !== undefined) return { kind: 'refused', why };
    return { kind: 'read', values: parseEnvironmentFile(readRegularText(path, largestServiceFileBytes)) };
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? { kind: 'none' } : { kind: 'refused', why: reasonOf(error) };
  }
}

function cannotRead(what: string, flag: string, cause: unknown): RcWaitError {
  const message = `cannot read ${what}: ${reasonOf(cause)}`;
  return new RcWaitError('CONFIGURATION', message, { cause, hint: `named by ${flag}` });
}
