import { type Clock, systemClock } from '../../base/clock.ts';
import { isRunningSystem } from '../../system/root.ts';
import { type Run, runCommand } from '../../system/tool.ts';
import { isSystemdBooted, noDeadMan, systemdDeadMan } from './deadman.ts';
import { journalFolder, openJournal } from './journal/journal.ts';
import type { Context } from './transaction.ts';

/** The options for a change of a root's network, or for its rollback. */
export interface ChangeOptions {
  /** only `/` is reloaded and probed */
  readonly root: string;
  /**
   * folder of the running system's lock; default: `/run/rc-wait`. All processes must use the same
   * one, whatever folder they keep their ledger of requests in.
   */
  readonly stateFolder?: string;
  /** folder of the journal below the root; default: `/var/lib/rc-wait/network` */
  readonly journalFolder?: string;
  /** the command line that recovers; without it no dead-man timer is armed */
  readonly recoverProgram?: readonly string[];
  /** on abort, an unfinished change is rolled back first */
  readonly signal?: AbortSignal | undefined;
  readonly run?: Run;
  readonly clock?: Clock;
  /** how long the kernel's routes may take to follow a reload, in ms; default: 20 s */
  readonly settleMs?: number;
  readonly onNotice?: (notice: string) => void;
  /** called after each step */
  readonly onStep?: (name: string) => void | Promise<void>;
}

/** The default folder of the lock. */
export const defaultStateFolder = '/run/rc-wait';

/** The options with all defaults filled in. */
export function withDefaults(options: ChangeOptions): Context {
  const { root, run = runCommand, recoverProgram, onStep } = options;
  const isTimed = recoverProgram !== undefined && isRunningSystem(root) && isSystemdBooted();
  return {
    root,
    journal: openJournal(root, options.journalFolder ?? journalFolder),
    deadMan: isTimed ? systemdDeadMan(run, recoverProgram) : noDeadMan,
    run,
    clock: options.clock ?? systemClock,
    settleMs: options.settleMs ?? 20_000,
    onNotice: options.onNotice ?? (() => undefined),
    onStep: async (name) => onStep?.(name),
    signal: options.signal,
  };
}
