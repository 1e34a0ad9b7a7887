import type { Clock } from '../../base/clock.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import type { StackName } from '../../base/stack-names.ts';
import type { Attributes } from '../../system/files.ts';
import { isRunningSystem } from '../../system/root.ts';
import type { Run } from '../../system/tool.ts';
import { type DefaultRoute, mustRun, readDefaultRoutes } from '../kernel/routes.ts';
import type { Settling } from '../kernel/wait-for-route.ts';
import { type Probe, runProbes } from '../probes/probe.ts';
import type { Command, FileChange, PublicInterface } from '../types.ts';
import type { DeadMan } from './deadman.ts';
import { snapshotFile, writeFiles } from './files.ts';
import type { JournalEntry, JournalFile } from './journal/entry.ts';
import type { Journal, Pending } from './journal/journal.ts';
import { longestChangeMs, type Step } from './journal/steps.ts';
import { commandFailed, lossesOf, undoChange } from './restore.ts';
import { identifyProcess, notingCommands, readBootId } from './running-command.ts';

/** A change to be made. */
export interface ChangeWork {
  readonly purpose: JournalEntry['purpose'];
  readonly stack: StackName;
  readonly interfaceName: string;
  readonly gateway: string;
  readonly publicInterface: PublicInterface | undefined;
  readonly changes: readonly FileChange[];
  /** the attributes of files that are restored, by path */
  readonly attributes?: ReadonlyMap<string, Attributes>;
  readonly commands: readonly Command[];
  /** the commands that load the old files */
  readonly restore: readonly Command[];
  /** waits for the kernel's routes to follow; returns undefined on success, else why not, for a person */
  readonly follow: (settling: Settling, signal?: AbortSignal) => Promise<string | undefined>;
  readonly probes: readonly Probe[];
  /** the beginning of an error: `cannot bring the gateway into use on eth1` */
  readonly cannot: string;
}

/** The environment of a change. The caller holds the lock of the network throughout. */
export interface Context {
  readonly root: string;
  readonly journal: Journal;
  readonly deadMan: DeadMan;
  readonly run: Run;
  readonly clock: Clock;
  readonly settleMs: number;
  /** called with information for a person when nothing has failed */
  readonly onNotice: (notice: string) => void;
  /** called after each step: for the record of a wait, and for tests that kill the process there */
  readonly onStep: (name: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** Why a change must be rolled back. */
interface Failure {
  readonly reason: string;
  /** only a check failed, so the kernel is unchanged */
  readonly onlyChecked: boolean;
  readonly cause?: unknown;
}

/**
 * Makes a network change completely or not at all. At every moment the journal on the
 * disk has everything needed for the rollback, and before the first file is written it
 * starts a timer that will roll back.
 *
 * @throws RcWaitError NETWORK_FILE if a file or the journal cannot be written (nothing has changed then),
 *   NETWORK_RELOAD if the stack, the kernel or a probe fails and the old state is restored,
 *   NETWORK_LOST if the old state cannot be restored; the signal's reason when aborted
 */
export async function transact(work: ChangeWork, context: Context): Promise<void> {
  const { root, journal, onStep, signal } = context;
  const files: JournalFile[] = [];
  for (const change of work.changes) files.push(await snapshotFile(root, change));
  const routes = isRunningSystem(root) ? await readDefaultRoutes(context.run) : undefined;
  signal?.throwIfAborted();
  const change = new Change(await journal.begin(entryOf(work, files, routes)), context);
  await onStep('prepared');
  const written = new Set<string>();
  try {
    await arm(work, context);
    await change.advance('armed');
    await writeFiles(root, work.changes, { onStep, written, attributes: work.attributes });
    await change.advance('written');
  } catch (error) {
    // Restores only files that were written: somebody else may have changed the others meanwhile.
    const own = files.filter(({ path, madeFolder }) => written.has(path) || madeFolder !== null);
    const pending = { ...change.pending, entry: { ...change.pending.entry, files: own } };
    await putBack(pending, { context, commands: undefined, what: reasonOf(error) });
    throw error;
  }
  const noting = { ...context, run: notingCommands(context.run, journal.commandNote) };
  const failure = await bringIntoUse(work, noting, change);
  if (failure !== undefined) await rollBack(change.pending, failure, work, noting);
  // The change is committed. If anything fails from here on, the next start cleans up.
  await journal.finish(change.pending).catch((error: unknown) => context.onNotice(reasonOf(error)));
  await onStep('finished');
  await context.deadMan.disarm();
  await onStep('disarmed');
}

/** A change in progress, and its step in the journal. */
class Change {
  pending: Pending;
  readonly #context: Context;

  constructor(pending: Pending, context: Context) {
    this.pending = pending;
    this.#context = context;
  }

  async advance(step: Step): Promise<void> {
    this.pending = await this.#context.journal.advance(this.pending);
    if (this.pending.step !== step) throw new Error(`the journal is at ${this.pending.step}, not at ${step}`);
    await this.#context.onStep(step);
  }
}

function entryOf(
  { purpose, stack, interfaceName, gateway, publicInterface, restore }: ChangeWork,
  files: JournalFile[],
  routes: readonly DefaultRoute[] | undefined,
): Omit<JournalEntry, 'sequence'> {
  return {
    schema: 'rc-wait/journal/v1',
    purpose,
    startedAt: new Date().toISOString(),
    bootId: readBootId(),
    owner: identifyProcess(process.pid) ?? { pid: process.pid, startTicks: '' },
    stack,
    interface: interfaceName,
    gateway,
    publicInterface,
    files,
    routes: routes === undefined ? null : routes.map(({ words }) => [...words]),
    restore: restore.map(({ argv, timeoutMs, unlessAddressed }) => ({
      argv: [...argv],
      timeoutMs,
      ...(unlessAddressed === undefined ? {} : { unlessAddressed }),
    })),
  };
}

async function arm(
  { changes, commands, probes }: ChangeWork,
  { deadMan, settleMs, onNotice }: Context,
): Promise<void> {
  const why = await deadMan.arm(
    longestChangeMs({
      commandsMs: commands.map(({ timeoutMs }) => timeoutMs),
      settleMs,
      probesMs: probes.map(({ limitMs }) => limitMs),
    }),
    changes.map(({ path }) => path),
  );
  if (why !== undefined)
    onNotice(`no rollback timer could be started, so only the next start of rc-wait would roll back: ${why}`);
}

async function bringIntoUse(
  work: ChangeWork,
  context: Context,
  change: Change,
): Promise<Failure | undefined> {
  const { root, clock, signal } = context;
  try {
    const failed: string[] = [];
    if (isRunningSystem(root)) {
      for (const command of work.commands) {
        if (!(await mustRun(command, context.run))) continue;
        const { ok, how, output } = await context.run(command, signal);
        await context.onStep(`ran ${command.argv[0]}`);
        if (ok) continue;
        failed.push(commandFailed(command, how, output));
        if (command.unlessAddressed !== undefined) continue;
        return { reason: failed.join('; '), onlyChecked: command.check === true };
      }
    }
    await change.advance('reloaded');
    if (isRunningSystem(root)) {
      const seen = (await work.follow(context, signal)) ?? (await runProbes(work.probes, clock, signal));
      if (seen !== undefined) return { reason: [seen, ...failed].join('; '), onlyChecked: false };
    }
    await change.advance('probed');
    signal?.throwIfAborted();
    await change.advance('committed');
    return undefined;
  } catch (cause) {
    // A change that is committed in the journal is kept.
    if (change.pending.step === 'committed') return undefined;
    return { reason: reasonOf(cause), onlyChecked: false, cause };
  }
}

/** Restores everything, then throws the reason. */
async function rollBack(
  pending: Pending,
  { reason, onlyChecked, cause }: Failure,
  work: ChangeWork,
  context: Context,
): Promise<never> {
  const what = `${work.cannot}: ${reason}`;
  const checks = work.commands.filter(({ check }) => check === true);
  const isTouched = isRunningSystem(context.root);
  const commands = !isTouched ? undefined : onlyChecked ? checks : work.restore;
  await putBack(pending, { context, commands, what, cause });
  context.signal?.throwIfAborted();
  throw new RcWaitError('NETWORK_RELOAD', `${what}; the old state is restored`, { cause });
}

/** @throws RcWaitError NETWORK_LOST if not everything is restored */
async function putBack(
  pending: Pending,
  {
    context,
    commands,
    what,
    cause,
  }: {
    readonly context: Context;
    readonly commands: readonly Command[] | undefined;
    readonly what: string;
    readonly cause?: unknown;
  },
): Promise<void> {
  const { root, journal, deadMan, onStep } = context;
  const undone = await undoChange(pending.entry, { root, commands, settling: context, onStep });
  const lost = lossesOf(undone);
  if (lost === undefined) {
    await journal.discard(pending);
    await onStep('discarded');
    await deadMan.disarm();
    return;
  }
  // Another try cannot restore files that somebody else has changed; for all else the timer tries again.
  const isFinal = undone.problems.length === 0 && undone.kernel === undefined;
  const aside = isFinal ? await journal.setAside(pending) : undefined;
  if (isFinal) await deadMan.disarm();
  throw new RcWaitError('NETWORK_LOST', `${what}; and then ${lost}`, { cause, hint: hintFor(aside) });
}

function hintFor(aside: string | undefined): string {
  return aside === undefined
    ? 'rc-wait tries again at its next start; or restart the network service or the server from its console'
    : `the old files are in ${aside}`;
}
