import { statSync } from 'node:fs';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { isRunningSystem } from '../system/root.ts';

/**
 * Checks `--root` before anything is asked: a wait must not find out after an hour that the directory does
 * not exist.
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
 * Refuses to change a tree that belongs to anyone but root and the effective user, or that others may write
 * to: they could make this process read and write what they cannot themselves.
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
 * Whether another process, which has the right to, changes the network. Below another root no service runs,
 * and only the rights of this process matter.
 */
export function isByService(args: { readonly privileges: string; readonly root: string }): boolean {
  return args.privileges === 'service' && isRunningSystem(args.root);
}

/** Whether this process may change the network below `root`; on the running system only root may. */
export function mayConfigure(root: string): boolean {
  return !isRunningSystem(root) || process.geteuid?.() === 0;
}

/** @throws RcWaitError PERMISSION if `mayConfigure` returns false */
export function requireRoot(root: string): void {
  if (mayConfigure(root)) return;
  throw new RcWaitError('PERMISSION', 'cannot configure the network: root is needed', {
    hint: 'run it as root; `rc-wait network plan` shows what would change, and --root DIR works on files below DIR',
  });
}
