import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import type { NetworkPlan, NetworkResult, PublicInterface } from '../../network/types.ts';
import type { OpenApi } from '../api.ts';
import { requireRoot } from '../root.ts';
import { changeOptions, disabledWords, probesFor, recoverFirst, targetsOf } from './change-options.ts';

/** A network change to make: plain data, so that it can be passed to another process. */
export interface Order {
  readonly gateway: Ipv4Address;
  readonly stack: StackName | 'auto';
  readonly root: string;
  readonly interfaceName: string | undefined;
  readonly publicInterface: PublicInterface;
  /** places as `--probe` names them */
  readonly probe: string | undefined;
}

/** Receives what the change does. */
export interface Say {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
}

/**
 * Makes the gateway the default route, in this process. Signals do not interrupt it: a change that has begun
 * is finished, or rolled back if the stack or the kernel does not follow.
 * @param api must still answer after the change
 * @throws RcWaitError as `planNetwork` and `applyNetwork` do, except NETWORK_RELOAD, which is a result
 */
export async function configure(order: Order, api: OpenApi | undefined, say: Say): Promise<NetworkResult> {
  const { root, probe, interfaceName, ...wish } = order;
  requireRoot(root);
  await recoverFirst(root, say.warn);
  const [{ planNetwork }, { applyNetwork }] = await Promise.all([
    import('../../network/plan/plan.ts'),
    import('../../network/change/apply.ts'),
  ]);
  const plan = await planNetwork({
    ...wish,
    root,
    ...(interfaceName === undefined ? {} : { interfaceName }),
  });
  say.info(plan.why);
  for (const name of plan.disabled) say.info(disabledWords(name));
  for (const warning of plan.warnings ?? []) say.warn(`look at this: ${warning}`);
  try {
    const probes = await probesFor(plan, await targetsOf(probe), api);
    return await applyNetwork(plan, { ...changeOptions(root, say.warn), probes });
  } catch (error) {
    if (!(error instanceof RcWaitError) || error.code !== 'NETWORK_RELOAD') throw error;
    return rolledBack(plan, error.message);
  }
}

function rolledBack({ stack, wish, changes }: NetworkPlan, reason: string): NetworkResult {
  const files = changes.map(({ path }) => path);
  return { action: 'rolled-back', stack, interface: wish.interfaceName, files, reason };
}
