import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '../../../src/network/stacks/stack.ts';
import { matchesGlob } from '../../../src/network/stacks/text/glob.ts';
import type { NetworkFile } from '../../../src/network/types.ts';

const folder = join(import.meta.dirname, 'golden');

/** The files below golden/NAME/STATE, as they would stand below the root of a server. */
export function goldenFiles(name: string, state: 'before' | 'after' | 'disabled'): NetworkFile[] {
  const top = join(folder, name, state);
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: path.slice(top.length), text: readFileSync(path, 'utf8') }));
}

/** Those of them that a stack reads. */
export function sourcesOf({ sources }: Stack, files: readonly NetworkFile[]): NetworkFile[] {
  return files.filter(({ path }) => sources.some((glob) => matchesGlob(path, glob)));
}
