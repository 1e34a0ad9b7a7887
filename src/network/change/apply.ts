import { holds } from '../../system/files.ts';
import type { Run } from '../../system/tool.ts';
import { isGatewayRoute, readDefaultRoutes } from '../kernel/routes.ts';
import { waitForGateway } from '../kernel/wait-for-route.ts';
import type { Probe } from '../probes/probe.ts';
import type { FileChange, GatewayTarget, NetworkPlan, NetworkResult } from '../types.ts';
import { lockNetwork } from './lock.ts';
import { type ChangeOptions, defaultStateFolder, withDefaults } from './options.ts';
import { lockWaitMs, recoverLocked } from './recover.ts';
import { transact } from './transaction.ts';

/** How to apply a plan. */
export interface ApplyOptions extends ChangeOptions {
  /** tests that must succeed once the kernel uses the gateway; on the running system only */
  readonly probes?: readonly Probe[];
}

/**
 * Applies a plan as a transaction: writes all files, makes the stack reload them,
 * waits until the kernel's default route goes through the gateway, and runs the
 * probes. If a step fails, or the signal is aborted, it restores the old files and
 * routes; if this process is killed, the dead-man timer or the next start restores
 * them (`recover.ts`).
 *
 * @throws RcWaitError NETWORK_FILE if a file cannot be written (nothing has changed then),
 *   NETWORK_RELOAD if the stack, the kernel or a probe fails and the old state is restored,
 *   NETWORK_LOST if the old state cannot be restored; the signal's reason when aborted
 */
export async function applyNetwork(plan: NetworkPlan, options: ApplyOptions): Promise<NetworkResult> {
  const { root, stateFolder = defaultStateFolder, signal, probes = [] } = options;
  if (plan.changes.length === 0 && plan.commands.length === 0) return result(plan, 'unchanged');
  const lock = await lockNetwork(root, stateFolder, lockWaitMs, signal);
  try {
    const context = withDefaults(options);
    // The plan was made without the lock. If a recovery makes it stale, the check of its files will notice.
    await recoverLocked(context);
    const changes = await missing(plan, root);
    if (changes.length === 0 && (await isInKernel(plan, context.run))) return result(plan, 'unchanged');
    const { stack, target, commands, restore } = plan;
    await transact(
      {
        purpose: 'apply',
        stack,
        interfaceName: lastingName(target),
        gateway: target.gateway,
        publicInterface: target.publicInterface,
        changes,
        commands,
        restore,
        follow: (settling, stop) => waitForGateway(settling, target, stop, plan.holdMs),
        probes,
        cannot: `cannot bring the gateway ${target.gateway} into use on ${target.interfaceName}`,
      },
      context,
    );
    return result(plan, 'changed');
  } finally {
    await lock.release();
  }
}

/** The remaining changes: another rc-wait may have made some while this one waited for the lock. */
async function missing({ changes }: NetworkPlan, root: string): Promise<FileChange[]> {
  const left: FileChange[] = [];
  for (const change of changes) {
    if (!(await holds(root, change.path, change.after))) left.push(change);
  }
  return left;
}

/** The interface's name for the journal: the server that boots with the files does not know their labels. */
function lastingName({ interfaceName, macAddress, isLabel }: GatewayTarget): string {
  return (isLabel && macAddress) || interfaceName;
}

async function isInKernel({ commands, target }: NetworkPlan, run: Run): Promise<boolean> {
  return commands.length === 0 || isGatewayRoute((await readDefaultRoutes(run))?.[0], target);
}

function result(plan: NetworkPlan, action: 'changed' | 'unchanged'): NetworkResult {
  const { stack, target, changes, warnings } = plan;
  const files = changes.map(({ path }) => path);
  return { action, stack, interface: target.interfaceName, files, ...(warnings ? { warnings } : {}) };
}
