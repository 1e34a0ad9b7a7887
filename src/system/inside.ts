import { lstat, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The kernel's limit of symbolic links (path_resolution(7)). */
const mostLinks = 40;

/**
 * The path below the root that a path leads to on the server itself: absolute links begin at the root, as after
 * chroot(2), and ".." never leads out of it. `realpathBelow` refuses such links; an image is full of them
 * (/usr/bin/awk, /bin).
 * @returns without links, but for what somebody replaces meanwhile
 * @throws system errors, such as ENOENT; ELOOP after too many links
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  const left = path.split('/');
  let real = '/';
  for (let links = 0; left.length > 0; ) {
    const part = left.shift();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      real = dirname(real);
      continue;
    }
    const at = join(real, part);
    if (!(await lstat(join(root, at))).isSymbolicLink()) {
      real = at;
      continue;
    }
    links += 1;
    if (links > mostLinks) throw Object.assign(new Error(), { code: 'ELOOP' });
    const target = await readlink(join(root, at));
    if (target.startsWith('/')) real = '/';
    left.unshift(...target.split('/'));
  }
  return real;
}
