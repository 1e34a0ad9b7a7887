import type { FileChange, NetworkFile } from '../../../src/network/types.ts';

/** The files after the changes were made. */
export function made(files: readonly NetworkFile[], changes: readonly FileChange[]): NetworkFile[] {
  const after = new Map(files.map(({ path, text }) => [path, text]));
  for (const { path, after: text } of changes) {
    if (text === undefined) after.delete(path);
    else after.set(path, text);
  }
  return [...after].map(([path, text]) => ({ path, text }));
}

/** How long a property of 10,000 cases may take: a few seconds where nothing else runs, more on a busy machine. */
export const patienceMs = 240_000;
