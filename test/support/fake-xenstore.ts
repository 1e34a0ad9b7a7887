import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A program xenstore-read over files, in the place of what only a guest of Xen has. */
export interface FakeXenstore {
  /** to be put before the PATH */
  readonly bin: string;
  set(key: string, value: string): void;
  unset(key: string): void;
}

/** Makes one in `folder`; its words are those of the real one (Xen 4.17). */
export function fakeXenstore(folder: string): FakeXenstore {
  const bin = join(folder, 'bin');
  const keys = join(folder, 'keys');
  mkdirSync(bin, { recursive: true });
  mkdirSync(keys, { recursive: true });
  const script = `#!/bin/sh
if [ -f "${keys}/$1" ]; then cat "${keys}/$1"; echo; exit 0; fi
echo "xenstore-read: couldn't read path $1" >&2
exit 1
`;
  writeFileSync(join(bin, 'xenstore-read'), script, { mode: 0o755 });
  return {
    bin,
    set(key, value) {
      mkdirSync(dirname(join(keys, key)), { recursive: true });
      writeFileSync(join(keys, key), value);
    },
    unset: (key) => rmSync(join(keys, key), { force: true }),
  };
}

/** The metadata of the Cloud Servers API, as a guest sees it. */
export const metadata = (key: string): string => `vm-data/user-metadata/${key}`;
