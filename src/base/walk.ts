import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The kernel's limit of symbolic links (path_resolution(7)). */
const mostLinks = 40;

/** Where a path leads. */
export interface WalkPlace {
  /** the part of the path that exists, free of symbolic links */
  readonly real: string;
  /** the names that do not exist, as they stand in the path or in a link; empty if the whole path exists */
  readonly missing: string;
}

/** A folder before the next name is looked up in it, or a symbolic link before it is followed. */
export interface Passed {
  readonly at: string;
  readonly isLink: boolean;
}

/**
 * Follows a path name by name, as the kernel does for a process whose root is `root` (chroot(2),
 * path_resolution(7)): the path and each absolute link begin at the root, and `..` of the root is the root.
 * Whoever drives this generator can check each folder before the next name is looked up in it.
 * @param root a real path
 * @throws system errors: ELOOP after 40 links, ENOTDIR, EACCES; but never ENOENT
 */
export function* walk(root: string, path: string): Generator<Passed, WalkPlace> {
  const left = path.split('/');
  let real = root;
  let isFolder = true;
  for (let links = 0; ; ) {
    const part = left.shift();
    if (part === undefined) return { real, missing: '' };
    if (!isFolder) throw systemError('ENOTDIR', path);
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (real !== root) real = dirname(real);
      continue;
    }
    yield { at: real, isLink: false };
    const at = join(real, part);
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats === undefined) return { real, missing: [part, ...left].join('/') };
    if (!stats.isSymbolicLink()) {
      real = at;
      isFolder = stats.isDirectory();
      continue;
    }
    yield { at, isLink: true };
    links += 1;
    if (links > mostLinks) throw systemError('ELOOP', path);
    const target = readlinkSync(at);
    if (target.startsWith('/')) real = root;
    left.unshift(...target.split('/'));
  }
}

/** Where a path below a root leads; nothing is checked. @throws system errors as `walk` does */
export function locate(root: string, path: string): WalkPlace {
  const steps = walk(root, path);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** An error as the kernel reports it, for a path that is not looked up by the kernel itself. */
export function systemError(code: 'ELOOP' | 'ENOENT' | 'ENOTDIR', path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
