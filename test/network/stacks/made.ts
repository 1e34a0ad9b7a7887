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
