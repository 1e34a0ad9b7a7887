import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from './error.ts';

/** As many as the kernel follows (path_resolution(7)). */
const mostLinks = 40;

const writableByGroup = 0o020;
const writableByAll = 0o002;
const sticky = 0o1000;

/** Whose files are believed. */
export interface Owners {
  readonly uids: readonly number[];
  /** a group with nobody else in it, which may write, too; undefined: no group may */
  readonly gid?: number | undefined;
  /** the owners in words, as in "does not belong to root" */
  readonly words: string;
}

/** Root alone: for what is run as root. */
export const rootAlone: Owners = { uids: [0], words: 'root' };

/**
 * Root and the effective user. The group of a user that has the user's own
 * number is his alone by the custom of all distributions (user private groups),
 * whose umask 002 makes every folder of his writable to it.
 */
export function rootOrThisUser(): Owners {
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0) return rootAlone;
  return {
    uids: [0, uid],
    gid: process.getegid?.() === uid ? uid : undefined,
    words: 'root or to this user',
  };
}

/**
 * Why somebody else than the owners could change what a path leads to; undefined
 * when nobody can. Looks at each folder on the way and each symbolic link:
 * whoever may write to one of them may put something else in its place. In a
 * folder with the sticky bit, such as /tmp, only the owner of a name may
 * (unlink(2)), so what lies in it is judged by itself; that folder as the last
 * part of the path is not believed, since anyone may make new names in it. Of an
 * ACL the bits of the group tell its mask (acl(5)).
 *
 * It looks from the top down, so that each name is looked up in a folder in which
 * nobody else can change names any more. Hence nobody else can change it after
 * the look either, and the path may be used as it is.
 * @param asParent the path leads on to a name that is judged by itself, as the sticky bit of its folder allows
 * @throws system errors, such as ENOENT
 */
export function distrust(path: string, owners: Owners, asParent = false): string | undefined {
  const left = resolve(path).split('/');
  // Where the way has led to: no link is in it, and all of it was judged.
  let real = '/';
  for (let links = 0; left.length > 0; ) {
    const part = left.shift();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      real = dirname(real);
      continue;
    }
    const why = fault(real, owners, true);
    if (why !== undefined) return why;
    const at = join(real, part);
    const stats = lstatSync(at);
    if (!stats.isSymbolicLink()) {
      real = at;
      continue;
    }
    if (!owners.uids.includes(stats.uid)) return `${at} does not belong to ${owners.words}`;
    links += 1;
    if (links > mostLinks) return `${path} leads through too many symbolic links`;
    const target = readlinkSync(at);
    if (target.startsWith('/')) real = '/';
    left.unshift(...target.split('/'));
  }
  return fault(real, owners, asParent);
}

/**
 * `distrust` for a path that need not be there yet: its nearest folder that is there is judged in its place.
 * @throws system errors but ENOENT
 */
export function distrustNearest(path: string, owners: Owners, asParent = false): string | undefined {
  const whole = resolve(path);
  for (let at = whole; ; at = dirname(at)) {
    try {
      return distrust(at, owners, asParent || at !== whole);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || at === dirname(at)) throw error;
    }
  }
}

/** What is wrong with a file or a folder that no link stands for. */
function fault(at: string, owners: Owners, leadsOn: boolean): string | undefined {
  const stats = lstatSync(at);
  const { uid, gid, mode } = stats;
  if (!owners.uids.includes(uid)) return `${at} does not belong to ${owners.words}`;
  // Nothing lies in a file: the look at the next name says so.
  if (leadsOn && (!stats.isDirectory() || (mode & sticky) !== 0)) return undefined;
  const isByGroup = (mode & writableByGroup) !== 0 && gid !== owners.gid;
  if (!isByGroup && (mode & writableByAll) === 0) return undefined;
  return `${at} can be written by others than ${owners.words.replace(' to ', ' ')}`;
}
