import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import type { TcpTarget } from '../../network/probes/tcp.ts';
import type { NetworkPlan, NetworkResult } from '../../network/types.ts';
import type { OpenApi } from '../api.ts';
import { askOnce, type Patience, usable } from '../ask-once.ts';
import type { Io } from '../io.ts';
import { changeOptions, disabledWords, probesFor } from './change-options.ts';

/** Where to set a gateway. */
interface GatewayOptions {
  readonly interface: string | undefined;
  readonly network: StackName | 'auto';
  readonly root: string;
  readonly 'public-interface': 'keep' | 'disable';
}

interface Applying {
  /** must take a connection afterwards */
  readonly targets: readonly TcpTarget[];
  /** must still answer afterwards */
  readonly api: OpenApi | undefined;
  readonly say: (notice: string) => void;
  readonly signal: AbortSignal;
}

/** Makes a gateway the default route. @throws RcWaitError as `planNetwork` and `applyNetwork` do */
export async function applyGateway(
  gateway: Ipv4Address,
  args: GatewayOptions,
  { targets, api, say, signal }: Applying,
): Promise<NetworkResult> {
  const { applyNetwork } = await import('../../network/change/apply.ts');
  const plan = await planFor(gateway, args);
  say(plan.why);
  for (const name of plan.disabled) say(disabledWords(name));
  for (const warning of plan.warnings ?? []) say(`look at this: ${warning}`);
  const probes = await probesFor(plan, targets, api);
  return applyNetwork(plan, { ...changeOptions(args.root, say), probes, signal });
}

/** Plans to make a gateway the default route. @throws RcWaitError as `planNetwork` does */
export async function planFor(gateway: Ipv4Address, args: GatewayOptions): Promise<NetworkPlan> {
  const { planNetwork } = await import('../../network/plan/plan.ts');
  const { interface: interfaceName, network: stack, root, 'public-interface': publicInterface } = args;
  return planNetwork({
    gateway,
    stack,
    root,
    publicInterface,
    ...(interfaceName === undefined ? {} : { interfaceName }),
  });
}

/** What would change, with the diffs of the files. */
export async function planInWords(plan: NetworkPlan): Promise<string> {
  const { describePlan } = await import('../../network/plan/diff.ts');
  return describePlan(plan);
}

/**
 * Asks the API for the gateway; undefined if RackConnect configures the network itself and no flag says
 * otherwise.
 * @throws RcWaitError API_UNAVAILABLE, API_REFUSED, NETWORK_UNDECIDED
 */
export async function askForGateway(
  api: OpenApi,
  args: GatewayOptions & Patience,
  io: Io,
): Promise<Ipv4Address | undefined> {
  const { judgeFeatures, judgeGateway } = await import('../../wait/verdict.ts');
  if (args.network === 'auto') {
    const { reply } = await askOnce(api, 'automation_features', 'json', args, io);
    usable(reply, 'automation_features');
    const verdict = judgeFeatures(reply);
    if (verdict.kind !== 'done')
      throw new RcWaitError('API_UNAVAILABLE', `cannot read the features: ${verdict.why}`);
    if (verdict.value.networkStack === 'rackconnect') return undefined;
    if (verdict.value.networkStack === 'unknown') {
      throw new RcWaitError(
        'NETWORK_UNDECIDED',
        'cannot tell who configures the network: the API lists no feature "Configure network stack" that can be read',
        {
          hint: 'see rc-wait features; then name the stack, say --network netplan',
        },
      );
    }
  }
  const { reply } = await askOnce(api, 'gateway_ip', 'json', args, io);
  usable(reply, 'gateway_ip');
  const verdict = judgeGateway(reply);
  if (verdict.kind === 'done') return verdict.value;
  throw new RcWaitError('API_UNAVAILABLE', `cannot read the gateway: ${verdict.why}`);
}
