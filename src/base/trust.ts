import { lstatSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from './error.ts';
import { systemError, type WalkPlace, walk } from './walk.ts';

const writableByGroup = 0o020;
const writableByAll = 0o002;
const sticky = 0o1000;

/** The users whose files are believed. */
export interface Owners {
  readonly uids: readonly number[];
  /** a group without other members, which may write as well; undefined: no group may */
  readonly gid?: number | undefined;
  /** the owners in words, as in "does not belong to root" */
  readonly words: string;
}

/** Only root, for what runs as root. */
export const rootAlone: Owners = { uids: [0], words: 'root' };

/**
 * Root and the effective user. By the custom of all distributions the group with the user's own number has no
 * other member (user private groups); their umask 002 makes all of the user's folders writable for it.
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
 * Why anyone but the owners could change what a path leads to; undefined if nobody can. Checks each folder and
 * each symbolic link on the way: whoever may write there could replace the next name. In a folder with the
 * sticky bit, such as /tmp, only a name's owner can replace it (unlink(2)), so the names in it are checked
 * themselves; as the last part of the path such a folder is refused, because anyone may create names in it.
 * With an ACL the group bits hold its mask (acl(5)).
 *
 * Checks from the top down, so each name is looked up in a folder where nobody else can change names. Nobody
 * else can change them after the check either, and the path can be used as it is.
 * @param asParent the path continues with a name that is checked itself, which is enough below a sticky folder
 * @param below the path is below this root, and is followed as for a process whose root it is
 * @throws system errors, such as ENOENT
 */
export function distrust(path: string, owners: Owners, asParent = false, below = '/'): string | undefined {
  try {
    const root = checked('/', resolve(below), owners);
    if ('why' in root) return root.why;
    const place = below === '/' ? checked('/', resolve(path), owners) : checked(root.real, path, owners);
    return 'why' in place ? place.why : fault(place.real, owners, asParent);
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') return `${path} leads through too many symbolic links`;
    throw error;
  }
}

/** Where a path leads, or why it cannot be trusted. @throws system errors, such as ENOENT */
function checked(root: string, path: string, owners: Owners): WalkPlace | { readonly why: string } {
  const steps = walk(root, path);
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      if (value.missing !== '') throw systemError('ENOENT', path);
      return value;
    }
    const why = value.isLink ? foreignLink(value.at, owners) : fault(value.at, owners, true);
    if (why !== undefined) return { why };
  }
}

function foreignLink(at: string, { uids, words }: Owners): string | undefined {
  return uids.includes(lstatSync(at).uid) ? undefined : `${at} does not belong to ${words}`;
}

/**
 * `distrust` for a path that may not exist yet: checks its nearest existing folder instead.
 * @throws system errors except ENOENT
 */
export function distrustNearest(
  path: string,
  owners: Owners,
  asParent = false,
  below = '/',
): string | undefined {
  const whole = resolve(path);
  for (let at = whole; ; at = dirname(at)) {
    try {
      return distrust(at, owners, asParent || at !== whole, below);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      if (at !== dirname(at)) continue;
      if (below === '/') throw error;
      return distrustNearest(below, owners, true);
    }
  }
}

/** What is wrong with a file or folder that is not reached by a link. */
function fault(at: string, owners: Owners, leadsOn: boolean): string | undefined {
  const stats = lstatSync(at);
  const { uid, gid, mode } = stats;
  if (!owners.uids.includes(uid)) return `${at} does not belong to ${owners.words}`;
  // A file cannot contain the next name: looking that up reports it.
  if (leadsOn && (!stats.isDirectory() || (mode & sticky) !== 0)) return undefined;
  const isByGroup = (mode & writableByGroup) !== 0 && gid !== owners.gid;
  if (!isByGroup && (mode & writableByAll) === 0) return undefined;
  return `${at} can be written by others than ${owners.words.replace(' to ', ' ')}`;
}
