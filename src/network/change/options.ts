import { type Clock, systemClock } from '../../base/clock.ts';
import { isRunningSystem } from '../../system/root.ts';
import { type Run, runCommand } from '../../system/tool.ts';
import { isSystemdBooted, noDeadMan, systemdDeadMan } from './deadman.ts';
import { journalFolder, openJournal } from './journal/journal.ts';
import type { Context } from './transaction.ts';

/** By what means the network of a root is changed, or put back. */
export interface Means {
  /** only `/` is reloaded and probed */
  readonly root: string;
  /**
   * folder of the lock of the running system; `/run/rc-wait` when left out. Everybody must use the
   * same, whatever folder they keep the account of their requests in.
   */
  readonly stateFolder?: string;
  /** folder of the journal below the root; `/var/lib/rc-wait/network` when left out */
  readonly journalFolder?: string;
  /** the command line that recovers; without it no dead-man timer is armed */
  readonly recoverProgram?: readonly string[];
  /** aborted: what was begun is undone first */
  readonly signal?: AbortSignal | undefined;
  readonly run?: Run;
  readonly clock?: Clock;
  /** how long the kernel may take to agree after a reload; 20 s when left out */
  readonly settleMs?: number;
  readonly onNotice?: (notice: string) => void;
  /** told of each thing that was done: for tests */
  readonly onStep?: (name: string) => void | Promise<void>;
}

/** The lock's folder, when none is named. */
export const defaultStateFolder = '/run/rc-wait';

/** The means with every default filled in. */
export function meansOf(means: Means): Context {
  const { root, run = runCommand, recoverProgram, onStep } = means;
  const isTimed = recoverProgram !== undefined && isRunningSystem(root) && isSystemdBooted();
  return {
    root,
    journal: openJournal(root, means.journalFolder ?? journalFolder),
    deadMan: isTimed ? systemdDeadMan(run, recoverProgram) : noDeadMan,
    run,
    clock: means.clock ?? systemClock,
    settleMs: means.settleMs ?? 20_000,
    onNotice: means.onNotice ?? (() => undefined),
    onStep: async (name) => onStep?.(name),
    signal: means.signal,
  };
}
