import { holds } from '../../system/files.ts';
import type { Run } from '../../system/tool.ts';
import { isWished, readDefaultRoutes } from '../kernel/routes.ts';
import { waitForGateway } from '../kernel/wait-for-route.ts';
import type { Probe } from '../probes/probe.ts';
import type { FileChange, GatewayWish, NetworkPlan, NetworkResult } from '../types.ts';
import { lockNetwork } from './lock.ts';
import { defaultStateFolder, type Means, meansOf } from './options.ts';
import { lockWaitMs, recoverLocked } from './recover.ts';
import { transact } from './transaction.ts';

/** How a plan is carried out. */
export interface ApplyOptions extends Means {
  /** what must work once the gateway is in use, beyond the kernel's default route; looked at on the running system only */
  readonly probes?: readonly Probe[];
}

/**
 * Carries a plan out, as a transaction: writes all files, has the stack reload
 * them, waits until the kernel's default route goes through the gateway, and
 * runs the probes. When any of it fails, or the signal is aborted, the old files
 * and routes are brought back; when this process is killed, the dead-man timer
 * or the next start does so (`recover.ts`).
 *
 * @throws RcWaitError NETWORK_FILE when a file cannot be written (nothing has changed then),
 *   NETWORK_RELOAD when the stack, the kernel or a probe did not agree and what was there before is back,
 *   NETWORK_LOST when it could not be brought back; the signal's reason when aborted
 */
export async function applyNetwork(plan: NetworkPlan, options: ApplyOptions): Promise<NetworkResult> {
  const { root, stateFolder = defaultStateFolder, signal, probes = [] } = options;
  if (plan.changes.length === 0 && plan.commands.length === 0) return result(plan, 'unchanged');
  const lock = await lockNetwork(root, stateFolder, lockWaitMs, signal);
  try {
    const context = meansOf(options);
    // The plan was made without the lock: what was recovered since makes it stale, which its files will tell.
    await recoverLocked(context);
    const changes = await missing(plan, root);
    if (changes.length === 0 && (await isInKernel(plan, context.run))) return result(plan, 'unchanged');
    const { stack, wish, commands, restore } = plan;
    await transact(
      {
        purpose: 'apply',
        stack,
        interfaceName: lastingName(wish),
        gateway: wish.gateway,
        publicInterface: wish.publicInterface,
        changes,
        commands,
        restore,
        follow: (settling, stop) => waitForGateway(settling, wish, stop, plan.holdMs),
        probes,
        cannot: `cannot bring the gateway ${wish.gateway} into use on ${wish.interfaceName}`,
      },
      context,
    );
    return result(plan, 'changed');
  } finally {
    await lock.release();
  }
}

/** The changes that are still to be made: another rc-wait may have made them while we waited for the lock. */
async function missing({ changes }: NetworkPlan, root: string): Promise<FileChange[]> {
  const left: FileChange[] = [];
  for (const change of changes) {
    if (!(await holds(root, change.path, change.after))) left.push(change);
  }
  return left;
}

/** What the journal calls the interface: a label of the files means nothing to the server that boots with them. */
function lastingName({ interfaceName, macAddress, isLabel }: GatewayWish): string {
  return (isLabel && macAddress) || interfaceName;
}

async function isInKernel({ commands, wish }: NetworkPlan, run: Run): Promise<boolean> {
  return commands.length === 0 || isWished((await readDefaultRoutes(run))?.[0], wish);
}

function result(plan: NetworkPlan, action: 'changed' | 'unchanged'): NetworkResult {
  const { stack, wish, changes, warnings } = plan;
  const files = changes.map(({ path }) => path);
  return { action, stack, interface: wish.interfaceName, files, ...(warnings ? { warnings } : {}) };
}
