import { systemClock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import { applyNetwork } from '../../network/change/apply.ts';
import type { Check } from '../../network/plan/check.ts';
import { planNetwork } from '../../network/plan/plan.ts';
import { gatewayProbe } from '../../network/probes/gateway.ts';
import type { Probe } from '../../network/probes/probe.ts';
import { tcpProbe } from '../../network/probes/tcp.ts';
import type { NetworkPlan, NetworkResult } from '../../network/types.ts';
import { requireRoot } from '../root.ts';
import { apiProbe } from './api-probe.ts';
import { setGatewayByService } from './as-service.ts';
import { changeOptions } from './change-options.ts';
import { type Executor, recoverFirst } from './executor.ts';
import { partBefore, partTimer } from './parts.ts';
import type { GatewayRequest } from './request.ts';

type ThisProcess = Extract<Executor, { readonly by: 'this-process' }>;

/**
 * Makes the gateway the default route: plan, say why, probe, apply. A change that has begun is finished, or
 * rolled back if the stack, the kernel or a probe does not follow, which is a result.
 * @throws RcWaitError as `planNetwork` and `applyNetwork` do, except NETWORK_RELOAD
 */
export async function setGateway(request: GatewayRequest, executor: Executor): Promise<NetworkResult> {
  if (executor.by === 'service')
    return setGatewayByService(request, executor.api, undefined, executor.onPart);
  requireRoot(request.root);
  const endPart = partTimer(executor.onPart, systemClock.nowMs);
  try {
    await recoverFirst(request.root, executor);
    endPart('recover');
    const plan = await planNetwork(request);
    endPart('plan');
    executor.onPlan?.(plan);
    return await apply(plan, request, executor, endPart);
  } catch (error) {
    endPart('fail');
    throw error;
  }
}

/**
 * Sets a gateway that a check has not found in place.
 * @throws RcWaitError as `setGateway` does; what the check says of a default route that stands in the way
 */
export async function repairGateway(
  { obstacle }: Check,
  request: GatewayRequest,
  executor: Executor,
): Promise<NetworkResult> {
  if (obstacle !== undefined) throw obstacle;
  return setGateway(request, executor);
}

/** The result of a change that was not rolled back. @throws RcWaitError NETWORK_RELOAD for one that was */
export function unlessRolledBack(result: NetworkResult): NetworkResult {
  if (result.action === 'rolled-back') throw new RcWaitError('NETWORK_RELOAD', result.reason);
  return result;
}

async function apply(
  plan: NetworkPlan,
  { root, targets }: GatewayRequest,
  { api, onNotice, signal }: ThisProcess,
  endPart: (part: string) => void,
): Promise<NetworkResult> {
  const probes: readonly Probe[] = [
    gatewayProbe(plan.target),
    ...targets.map(tcpProbe),
    ...(api === undefined ? [] : [apiProbe(api)]),
  ];
  try {
    return await applyNetwork(plan, {
      ...changeOptions(root, onNotice),
      probes,
      signal,
      onStep(step) {
        const part = partBefore(step);
        if (part !== undefined) endPart(part);
      },
    });
  } catch (error) {
    if (!(error instanceof RcWaitError) || error.code !== 'NETWORK_RELOAD') throw error;
    return rolledBack(plan, error.message);
  }
}

function rolledBack({ stack, target, changes }: NetworkPlan, reason: string): NetworkResult {
  const files = changes.map(({ path }) => path);
  return { action: 'rolled-back', stack, interface: target.interfaceName, files, reason };
}
