import type { PreflightFinding } from './finding.ts';

const id = 'root-password';
const why = "RackConnect logs in with root's password, as the server was built with";

/** What a shadow(5) entry says of a password, without the password. */
type PasswordState =
  | 'set'
  /** never set, or taken away: `*`, `!`, `!!`, `*LK*` */
  | 'none'
  /** there is one, behind the mark of `passwd -l` */
  | 'locked'
  /** anyone may log in without one, but not by SSH */
  | 'empty';

/** The state of root's account. Holds nothing that could be a hash. */
export interface RootAccount {
  readonly password: PasswordState;
  /** where the entry stands: `/etc/shadow:1` */
  readonly at: string;
  /** why the password or the account cannot be used any more; undefined: it can */
  readonly expired: string | undefined;
}

/**
 * The state of root's entry in /etc/shadow. The text is not kept, and no part of its second field is returned.
 * @param today in days since 1970, UTC
 * @returns undefined if root has no entry
 */
export function rootAccount(path: string, text: string, today: number): RootAccount | undefined {
  for (const [index, line] of text.split('\n').entries()) {
    const [name, hash = '', ...rest] = line.split(':');
    if (name !== 'root') continue;
    return { password: stateOf(hash), at: `${path}:${index + 1}`, expired: expiry(rest.map(days), today) };
  }
  return undefined;
}

/** crypt(5): a hash begins with "$" or "_", or is 13 characters of the old DES kind; all else fits no password. */
function stateOf(hash: string): PasswordState {
  if (hash === '') return 'empty';
  if (isHash(hash)) return 'set';
  return /^[!*]/.test(hash) && isHash(hash.replace(/^[!*]+(LK\*)?/, '')) ? 'locked' : 'none';
}

function isHash(text: string): boolean {
  return /^(?:\$[^:$]+\$.+|_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13})$/.test(text);
}

function days(field: string): number | undefined {
  return /^\d+$/.test(field) ? Number(field) : undefined;
}

/** As pam_unix(8) decides: `check_shadow_expiry` of passverify.c. */
function expiry(fields: readonly (number | undefined)[], today: number): string | undefined {
  const [changed, , longest, , , end] = fields;
  if (end !== undefined && today >= end) return 'the account has expired';
  if (changed === 0) return 'the password must be changed at the next login';
  if (changed === undefined || longest === undefined || today < changed) return undefined;
  return today > changed + longest ? 'the password has expired' : undefined;
}

/**
 * Whether root has a password that can be used.
 * @param isImage the tree is a disk on which the guest agent has yet to set a password at the first boot
 */
export function checkRootPassword(account: RootAccount | undefined, isImage: boolean): PreflightFinding {
  if (account === undefined)
    return { id, level: 'FAIL', line: '/etc/shadow: no entry of root', reason: why, remedy: 'pwconv' };
  const { password, at, expired } = account;
  const line = `${at}: root:(${words[password]})`;
  if (password !== 'set') {
    const isYetToCome = isImage && password === 'none';
    return {
      id,
      level: isYetToCome ? 'WARN' : 'FAIL',
      line,
      reason: isYetToCome
        ? `${why}: none is set here, and the guest agent must do it at the first boot`
        : `${why}: ${faults[password]}`,
      remedy: isYetToCome
        ? 'see that the image has the guest agent, and that it is enabled'
        : remedies[password],
    };
  }
  if (expired !== undefined)
    return { id, level: 'FAIL', line, reason: `${why}: ${expired}`, remedy: 'chage -d -1 -M -1 -E -1 root' };
  return {
    id,
    level: 'PASS',
    line,
    reason: `${why}: one is set. Whether it is still that one cannot be seen`,
  };
}

const words: Readonly<Record<PasswordState, string>> = {
  set: 'set',
  none: 'none',
  locked: 'locked',
  empty: 'empty',
};

const faults: Readonly<Record<Exclude<PasswordState, 'set'>, string>> = {
  none: 'root has none',
  locked: 'it is locked',
  empty: 'it is empty, and sshd takes no empty one',
};

/** passwd(1) -u only takes the mark of a lock away: where there is no hash behind it, root still has no password. */
const remedies: Readonly<Record<Exclude<PasswordState, 'set'>, string>> = {
  none: 'a new password for root, by the Cloud Control Panel',
  locked: 'passwd -u root, or a new password by the Cloud Control Panel',
  empty: 'a new password for root, by the Cloud Control Panel',
};
