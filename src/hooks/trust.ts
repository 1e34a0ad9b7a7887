import { lstat, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** As many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

const writableByOthers = 0o022;
const sticky = 0o1000;

/**
 * Why somebody else than root could change what a path leads to; undefined when
 * nobody can. Looks at each folder on the way and each symbolic link: whoever
 * may write to one of them may put something else in its place. In a folder
 * with the sticky bit, such as /tmp, only the owner of a name may (unlink(2)).
 * Of an ACL the bits of the group tell its mask (acl(5)).
 * @throws system errors, such as ENOENT
 */
export async function distrust(path: string, links = 0): Promise<string | undefined> {
  const parts = resolve(path).split('/').filter(Boolean);
  let at = '/';
  for (const [index, part] of parts.entries()) {
    at = join(at, part);
    const stats = await lstat(at);
    if (stats.uid !== 0) return `${at} does not belong to root`;
    if (stats.isSymbolicLink()) {
      if (links === mostLinks) return `${path} leads through too many symbolic links`;
      const target = resolve(at, '..', await readlink(at));
      return distrust(join(target, ...parts.slice(index + 1)), links + 1);
    }
    const isShared = stats.isDirectory() && index < parts.length - 1 && (stats.mode & sticky) !== 0;
    if ((stats.mode & writableByOthers) !== 0 && !isShared) return `${at} can be written by others than root`;
  }
  return undefined;
}
