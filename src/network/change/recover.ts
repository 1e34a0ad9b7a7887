import { RcWaitError } from '../../base/error.ts';
import type { StackName } from '../../base/stack-names.ts';
import { isRunningSystem } from '../../system/root.ts';
import { journalFolder, openJournal, type Pending } from './journal/journal.ts';
import { recoveryAfter } from './journal/steps.ts';
import { lockNetwork } from './lock.ts';
import { type ChangeOptions, defaultStateFolder, withDefaults } from './options.ts';
import { lossesOf, undoChange } from './restore.ts';
import { end, endNotedCommand, readBootId } from './running-command.ts';
import type { Context } from './transaction.ts';

/** What `recover` found and did. */
export type Recovered =
  | { readonly kind: 'nothing' }
  /** a committed change is kept; its leftovers are removed */
  | { readonly kind: 'tidied' }
  | {
      readonly kind: 'rolled-back';
      readonly startedAt: string;
      readonly stack: StackName;
      readonly interface: string;
      readonly files: readonly string[];
    };

export interface RecoverOptions extends ChangeOptions {
  /**
   * How long a process that still works on the change may continue, in ms, before it is killed.
   * For the dead-man timer, which fires only when that process should have ended long ago.
   * Default: wait for the process.
   */
  readonly patienceMs?: number;
}

/** In ms: longer than a change, its rollback and both waits for the kernel can take together. */
export const lockWaitMs = 600_000;

/**
 * Rolls back a change that a killed process or a power cut left unfinished, or cleans up
 * after it. Without such a change it does not even take the lock.
 *
 * @throws RcWaitError NETWORK_FILE if the journal cannot be read or the lock cannot be taken,
 *   NETWORK_LOST if not everything could be restored
 */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { root, stateFolder = defaultStateFolder, signal, patienceMs } = options;
  const journal = openJournal(root, options.journalFolder ?? journalFolder);
  const seen = await journal.pending();
  if (seen === undefined) return { kind: 'nothing' };
  const lock = await lockNetwork(root, stateFolder, patienceMs ?? lockWaitMs, signal).catch(
    (error: unknown) => {
      signal?.throwIfAborted();
      if (patienceMs === undefined || !isOfThisBoot(seen, root)) throw error;
      endNotedCommand(journal.commandNote);
      end(seen.entry.owner);
      return lockNetwork(root, stateFolder, lockWaitMs, signal);
    },
  );
  try {
    return await recoverLocked(withDefaults(options));
  } finally {
    await lock.release();
  }
}

/**
 * Whether the processes of a change may still run. Below another root nothing runs, and
 * no process must be signalled: the journal there may come from another machine.
 */
function isOfThisBoot({ entry }: Pending, root: string): boolean {
  return isRunningSystem(root) && entry.bootId === readBootId();
}

/** `recover` for a caller that already holds the lock. @throws RcWaitError as `recover` does */
export async function recoverLocked(context: Context): Promise<Recovered> {
  const { journal, deadMan, onStep } = context;
  const pending = await journal.pending();
  if (pending === undefined) return { kind: 'nothing' };
  const sameBoot = isOfThisBoot(pending, context.root);
  if (sameBoot) endNotedCommand(journal.commandNote);
  const recovery = recoveryAfter(pending.step, sameBoot);
  if (recovery.files === 'keep') {
    await journal.finish(pending);
    await onStep('finished');
    await deadMan.disarm();
    return { kind: 'tidied' };
  }
  await putBack(pending, context, recovery.kernel === 'put-back');
  const { startedAt, stack, files } = pending.entry;
  return {
    kind: 'rolled-back',
    startedAt,
    stack,
    interface: pending.entry.interface,
    files: files.map(({ path }) => path),
  };
}

/** @throws RcWaitError NETWORK_LOST if not everything is restored */
async function putBack(pending: Pending, context: Context, isTouched: boolean): Promise<void> {
  const { root, journal, deadMan, onStep } = context;
  const { entry } = pending;
  const commands = isTouched && isRunningSystem(root) ? entry.restore : undefined;
  const undone = await undoChange(entry, { root, commands, settling: context, onStep });
  const lost = lossesOf(undone);
  if (lost === undefined) {
    await journal.discard(pending);
    await onStep('discarded');
    await deadMan.disarm();
    return;
  }
  const what = `cannot undo the unfinished network change of ${entry.startedAt} and not ended: ${lost}`;
  if (undone.problems.length > 0) {
    throw new RcWaitError('NETWORK_LOST', what, {
      hint: 'rc-wait tries again at each start, and changes nothing else before that',
    });
  }
  // Another try would not help, and this entry must not block later changes for ever.
  const aside = await journal.setAside(pending);
  await deadMan.disarm();
  const restart = 'restart the network service, or the server, to use them';
  const isRestart = undone.kernel !== undefined && undone.foreign.length === 0;
  throw new RcWaitError('NETWORK_LOST', what, {
    hint: isRestart ? restart : `the old files are in ${aside}`,
  });
}
