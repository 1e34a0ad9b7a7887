import type { NetworkFile } from '../types.ts';

/** The files as if their modes and owners were right, to tell what they are meant for. */
export function regardless(files: readonly NetworkFile[]): NetworkFile[] {
  return files.map(({ path, text }) => ({ path, text }));
}
