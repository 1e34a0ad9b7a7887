import { RcWaitError, reasonOf } from '../base/error.ts';
import { readRegularText } from '../base/files.ts';

/** No file that a person names is larger, in bytes: a catalog is some 20 kB. */
export const largestNamedBytes = 16 * 2 ** 20;

/**
 * The text of a file that a flag names.
 * @throws RcWaitError CONFIGURATION when it cannot be read, or is no regular file
 */
export function readText(path: string, flag: string): string {
  try {
    return readRegularText(path, largestNamedBytes);
  } catch (cause) {
    throw cannotRead(path, flag, cause);
  }
}

/**
 * `readText`, where `-` is standard input. Whoever is at its other end may never
 * write anything: the signal ends the wait for it.
 * @throws RcWaitError CONFIGURATION as `readText`; the signal's reason when aborted
 */
export async function readInput(path: string, flag: string, signal: AbortSignal): Promise<string> {
  if (path !== '-' && path !== '/dev/stdin') return readText(path, flag);
  const { addAbortSignal } = await import('node:stream');
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
