import { type Clock, systemClock } from '../base/clock.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { holds, makeChange, undoChange, type Written } from './durable.ts';
import { type DefaultRoute, isWished, readDefaultRoutes } from './kernel.ts';
import { lockNetwork } from './lock.ts';
import { isRunningSystem } from './root.ts';
import { type Run, runCommand } from './run.ts';
import { bringBack, type Settling, waitForGateway } from './settle.ts';
import type { Command, NetworkPlan, NetworkResult } from './types.ts';

/** How a plan is carried out. */
export interface ApplyOptions {
  /** the root that the plan was made for; only `/` is reloaded */
  readonly root: string;
  /** aborted: what was begun is undone first */
  readonly signal?: AbortSignal;
  /** folder of the lock of the running system; `/run/rc-wait` when left out */
  readonly stateFolder?: string;
  readonly run?: Run;
  readonly clock?: Clock;
  /** how long the kernel may take to agree after a reload; 20 s when left out */
  readonly settleMs?: number;
}

/** Longer than a reload, its rollback and both waits for the kernel take together at the most. */
const lockWaitMs = 360_000;

/**
 * Carries a plan out: writes all files, has the stack reload them, and waits
 * until the kernel's default route goes through the gateway. When any of it
 * fails, or the signal is aborted, the old files and routes are brought back.
 *
 * @throws RcWaitError NETWORK_FILE when a file cannot be written (nothing has changed then),
 *   NETWORK_RELOAD when the stack or the kernel did not follow and what was there before is back,
 *   NETWORK_LOST when it could not be brought back; the signal's reason when aborted
 */
export async function applyNetwork(plan: NetworkPlan, options: ApplyOptions): Promise<NetworkResult> {
  const { root, signal, run = runCommand, clock = systemClock, settleMs = 20_000 } = options;
  if (plan.changes.length === 0 && plan.commands.length === 0) return result(plan, 'unchanged');
  const lock = await lockNetwork(root, options.stateFolder ?? '/run/rc-wait', lockWaitMs, signal);
  try {
    if (await isDoneAlready(plan, root, run)) return result(plan, 'unchanged');
    signal?.throwIfAborted();
    const routes = isRunningSystem(root) ? await readDefaultRoutes(run) : [];
    const written = await writeAll(plan, root);
    if (!isRunningSystem(root)) return result(plan, 'changed');
    const attempt: Attempt = { plan, root, written, routes, settling: { run, clock, settleMs } };
    const failure = await bringIntoKernel(attempt, signal);
    if (failure !== undefined) await rollBack(attempt, failure, signal);
    return result(plan, 'changed');
  } finally {
    await lock.release();
  }
}

/** All that a rollback needs to know. */
interface Attempt {
  readonly plan: NetworkPlan;
  readonly root: string;
  readonly written: readonly Written[];
  /** the default routes before; undefined when ip(8) did not tell */
  readonly routes: readonly DefaultRoute[] | undefined;
  readonly settling: Settling;
}

interface Failure {
  readonly reason: string;
  /** only the check failed: the kernel is as it was */
  readonly onlyChecked: boolean;
  readonly cause?: unknown;
}

/** Another rc-wait may have made the same changes while we waited for the lock: then there is nothing to do. */
async function isDoneAlready(
  { changes, commands, wish }: NetworkPlan,
  root: string,
  run: Run,
): Promise<boolean> {
  for (const { path, after } of changes) {
    if (!(await holds(root, path, after))) return false;
  }
  if (commands.length === 0) return true;
  return isWished((await readDefaultRoutes(run))?.[0], wish);
}

async function writeAll({ changes }: NetworkPlan, root: string): Promise<Written[]> {
  const written: Written[] = [];
  try {
    for (const change of changes) {
      // A process that was killed half-way has left some files as wished: those stay.
      if (!(await holds(root, change.path, change.after))) written.push(await makeChange(root, change));
    }
    return written;
  } catch (error) {
    await undoAll(root, written, reasonOf(error));
    throw error;
  }
}

/** @throws RcWaitError NETWORK_LOST naming what could not be put back */
async function undoAll(root: string, written: readonly Written[], reason: string): Promise<void> {
  const lost: string[] = [];
  for (const one of written.toReversed()) {
    await undoChange(root, one).catch((error: unknown) => lost.push(reasonOf(error)));
  }
  if (lost.length > 0) throw new RcWaitError('NETWORK_LOST', `${reason}; and then ${lost.join('; ')}`);
}

async function bringIntoKernel(
  { plan, settling }: Attempt,
  signal?: AbortSignal,
): Promise<Failure | undefined> {
  try {
    for (const command of plan.commands) {
      const { ok, how, output } = await settling.run(command, signal);
      if (!ok) return { reason: commandFailed(command, how, output), onlyChecked: command.check === true };
    }
    const seen = await waitForGateway(settling, plan.wish, signal);
    return seen === undefined ? undefined : { reason: seen, onlyChecked: false };
  } catch (cause) {
    return { reason: reasonOf(cause), onlyChecked: false, cause };
  }
}

/** Brings the old files and routes back, then throws what made it necessary. */
async function rollBack(attempt: Attempt, failure: Failure, signal?: AbortSignal): Promise<never> {
  const { plan, root, written, routes, settling } = attempt;
  const { gateway, interfaceName } = plan.wish;
  const what = `cannot bring the gateway ${gateway} into use on ${interfaceName}: ${failure.reason}`;
  await undoAll(root, written, what);
  const checks = plan.commands.filter(({ check }) => check === true);
  const commands = failure.onlyChecked ? checks : plan.restore;
  const problems: string[] = [];
  for (const command of commands) {
    const { ok, how, output } = await settling.run(command);
    if (!ok) problems.push(commandFailed(command, how, output));
  }
  // With no command to bring the routes back, there is nothing to wait for.
  const patience = { ...settling, settleMs: commands.length > 0 ? settling.settleMs : 0 };
  const isBack = routes === undefined ? problems.length === 0 : await bringBack(patience, routes);
  if (!isBack) {
    throw new RcWaitError(
      'NETWORK_LOST',
      [what, 'the old files are back, but not the default route', ...problems].join('; '),
      {
        hint: 'the files are as they were: restart the network service, or the server, from its console',
        cause: failure.cause,
      },
    );
  }
  signal?.throwIfAborted();
  throw new RcWaitError('NETWORK_RELOAD', `${what}; what was there before is back`, { cause: failure.cause });
}

function commandFailed({ argv }: Command, how: string, output: string): string {
  const said = output.trim().split('\n').slice(-5).join(' / ');
  return `"${argv.join(' ')}" failed (${how})${said === '' ? '' : `: ${said}`}`;
}

function result({ stack, wish, changes }: NetworkPlan, action: 'changed' | 'unchanged'): NetworkResult {
  return { action, stack, interface: wish.interfaceName, files: changes.map(({ path }) => path) };
}
