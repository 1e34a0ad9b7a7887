import { RcWaitError } from '../../base/error.ts';
import type { StackName } from '../../base/stack-names.ts';
import { isRunningSystem } from '../../system/root.ts';
import { journalFolder, openJournal, type Pending } from './journal/journal.ts';
import { recoveryAfter } from './journal/steps.ts';
import { lockNetwork } from './lock.ts';
import { defaultStateFolder, type Means, meansOf } from './options.ts';
import { lossesOf, undoChange } from './restore.ts';
import { end, endNotedCommand, readBootId } from './running-command.ts';
import type { Context } from './transaction.ts';

/** What was found, and done about it. */
export type Recovered =
  | { readonly kind: 'nothing' }
  /** a change that was committed stands; what was left over is gone */
  | { readonly kind: 'tidied' }
  | {
      readonly kind: 'rolled-back';
      readonly startedAt: string;
      readonly stack: StackName;
      readonly interface: string;
      readonly files: readonly string[];
    };

export interface RecoverOptions extends Means {
  /**
   * How long a process that is still at work on the change is let go on, in ms:
   * then it is ended. For the dead-man timer, which goes off only when it should
   * have ended long ago. Without it such a process is waited for.
   */
  readonly patienceMs?: number;
}

/** Longer than a change, its rollback and both waits for the kernel take together at the most. */
export const lockWaitMs = 600_000;

/**
 * Undoes, or tidies up after, a change that a killed process or a power cut left
 * unfinished. Looks first: where there is none, not even the lock is taken.
 *
 * @throws RcWaitError NETWORK_FILE when the journal cannot be read or the lock cannot be had,
 *   NETWORK_LOST when not everything could be put back
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
    return await recoverLocked(meansOf(options));
  } finally {
    await lock.release();
  }
}

/**
 * Whether the processes of a change may still be at work. Below another root than
 * that of the running system nothing runs, and nobody is signalled: what a tree
 * says may be of another machine.
 */
function isOfThisBoot({ entry }: Pending, root: string): boolean {
  return isRunningSystem(root) && entry.bootId === readBootId();
}

/** `recover` for those who hold the lock already. @throws RcWaitError as `recover` does */
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

/** @throws RcWaitError NETWORK_LOST when not everything is back */
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
  const what = `cannot undo the change of the network that was begun at ${entry.startedAt} and not ended: ${lost}`;
  if (undone.problems.length > 0) {
    throw new RcWaitError('NETWORK_LOST', what, {
      hint: 'it is tried again whenever rc-wait starts; nothing else is changed before',
    });
  }
  // Neither another try nor any later change would mend it: they must not be stopped by it for ever.
  const aside = await journal.setAside(pending);
  await deadMan.disarm();
  const restart = 'restart the network service, or the server, to use them';
  const isRestart = undone.kernel !== undefined && undone.foreign.length === 0;
  throw new RcWaitError('NETWORK_LOST', what, {
    hint: isRestart ? restart : `what there was before is in ${aside}`,
  });
}
