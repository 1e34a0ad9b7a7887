import { statSync } from 'node:fs';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { isRunningSystem } from '../system/root.ts';

/**
 * Looks at `--root` before anything is asked: a wait must not find out after an
 * hour that the directory does not exist.
 * @throws RcWaitError CONFIGURATION
 */
export function checkRoot(root: string): void {
  let reason: string | undefined;
  try {
    if (!statSync(root).isDirectory()) reason = 'it is not a directory';
  } catch (cause) {
    reason = reasonOf(cause);
  }
  if (reason !== undefined)
    throw new RcWaitError('CONFIGURATION', `cannot use --root ${root || '""'}: ${reason}`);
}

/**
 * Refuses to change a tree that belongs to somebody else than root and the
 * effective user, or that others may write to: whoever may could have this process
 * read and write what he cannot himself.
 * @throws RcWaitError CONFIGURATION
 */
export function refuseForeignRoot(root: string): void {
  checkRoot(root);
  const doubt = distrust(root, rootOrThisUser(), true);
  if (doubt === undefined) return;
  throw new RcWaitError('CONFIGURATION', `cannot use --root ${root}: ${doubt}`, {
    hint: 'do it as the user that it belongs to, or with a copy in a folder that nobody else may write to; `rc-wait network plan` only reads',
  });
}

/**
 * Whether another process, which has the right to, changes the network. Below
 * another root nothing runs, and nobody's rights but our own matter.
 */
export function isByService(args: { readonly privileges: string; readonly root: string }): boolean {
  return args.privileges === 'service' && isRunningSystem(args.root);
}

/** Whether the network below `root` can be changed at all: that of the running system by root alone. */
export function mayConfigure(root: string): boolean {
  return !isRunningSystem(root) || process.geteuid?.() === 0;
}

/** @throws RcWaitError PERMISSION where `mayConfigure` says no */
export function requireRoot(root: string): void {
  if (mayConfigure(root)) return;
  throw new RcWaitError('PERMISSION', 'cannot configure the network: root is needed', {
    hint: 'run it as root; `rc-wait network plan` shows what would change, and --root DIR works on files below DIR',
  });
}
