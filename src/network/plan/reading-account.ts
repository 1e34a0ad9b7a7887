import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { readBelow, realpathBelow } from '../../system/root.ts';
import type { FileAttributes } from '../types.ts';

/** The account of a daemon that is not root; undefined numbers: the system does not name it in its files. */
export interface ReadingAccount {
  readonly name: string;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** The bits of an access, for others than owner and group. */
const access = { read: 0o4, search: 0o1 } as const;

/** Looks an account up in the files below a root (passwd(5)). */
export async function accountBelow(root: string, name: string): Promise<ReadingAccount> {
  const text = await readBelow(root, '/etc/passwd').then(String, () => '');
  const line = text.split('\n').find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  const number = (word: string | undefined) => (/^\d+$/.test(word ?? '') ? Number(word) : undefined);
  return { name, uid: number(uid), gid: number(gid) };
}

/**
 * Why the account cannot read a file, for a person; undefined if it can. It needs search permission for each folder
 * on the way (path_resolution(7)). In a tree that is not running, owners and groups may come from the copy.
 * @throws system errors
 */
export async function whyDenied(
  account: ReadingAccount,
  root: string,
  path: string,
  file: FileAttributes,
  isRunning: boolean,
): Promise<string | undefined> {
  const top = await realpathBelow(root, '/');
  const reader = `it is read as the user ${account.name}`;
  for (let at = dirname(await realpathBelow(root, path)); at.length > top.length; at = dirname(at)) {
    const stats = statSync(at);
    if (!isAllowed(account, stats, 'search', isRunning)) {
      const shown = `/${at.slice(top.length).replace(/^\//, '')}`;
      return `the mode of ${shown} is ${octal(stats.mode)}, and ${reader}`;
    }
  }
  return isAllowed(account, file, 'read', isRunning)
    ? undefined
    : `its mode is ${octal(file.mode)}, and ${reader}`;
}

/** The one class of bits that counts for the account (path_resolution(7)); a capability helps no daemon here. */
function isAllowed(
  { uid, gid }: ReadingAccount,
  file: FileAttributes,
  kind: keyof typeof access,
  isRunning: boolean,
): boolean {
  const bit = access[kind];
  const has = (shift: number) => ((file.mode >> shift) & bit) !== 0;
  if (uid !== undefined && file.uid === uid) return has(6);
  if (gid !== undefined && file.gid === gid) return has(3);
  // Whose group it is, is not known: root's alone is certainly not the daemon's.
  if (file.gid !== 0 && (gid === undefined || !isRunning)) return has(0) || has(3);
  return has(0);
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
