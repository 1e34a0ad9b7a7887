import { nameOf } from '../stacks/text/glob.ts';
import { expand } from './stack-files.ts';

/** The places of systemd's own library, whose name has the release: libsystemd-shared-252.so. */
const globs = [
  '/usr/lib/systemd/libsystemd-shared-*.so',
  '/usr/lib64/systemd/libsystemd-shared-*.so',
  '/usr/lib/*/systemd/libsystemd-shared-*.so',
  '/lib/systemd/libsystemd-shared-*.so',
];

/**
 * The release of systemd below a root; undefined if it is unknown. A distribution may add to it:
 * libsystemd-shared-252-32.el9_4.so. Of several, the lowest: an upgrade may have left the other behind.
 */
export async function systemdRelease(root: string): Promise<number | undefined> {
  const found: number[] = [];
  for (const glob of globs) {
    for (const path of await expand(root, glob).catch(() => [])) {
      const [, digits] = /^libsystemd-shared-(\d{3})/.exec(nameOf(path)) ?? [];
      if (digits !== undefined) found.push(Number(digits));
    }
  }
  return found.length === 0 ? undefined : Math.min(...found);
}
