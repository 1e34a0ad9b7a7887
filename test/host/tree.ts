import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Reading } from '../../src/base/reading.ts';
import type { ReadXenstore } from '../../src/host/xenstore.ts';
import { afterFile } from '../support/leftovers.ts';

/** A root with these files; a value `-> x` makes a link to x. */
export function treeWith(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'rc-wait-host-'));
  afterFile(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

/** A xenstore with these keys. */
export function xenstoreWith(keys: Readonly<Record<string, string>>): ReadXenstore {
  return async (key) => {
    const value = keys[key];
    return value === undefined
      ? { kind: 'absent', why: `there is no key ${key}` }
      : { kind: 'known', value, where: key };
  };
}

/** The xenstore of a server that has none. */
export const noXenstore: ReadXenstore = async (): Promise<Reading<string>> => ({
  kind: 'unknown',
  why: 'xenstore-read is not installed',
  lasting: true,
});
