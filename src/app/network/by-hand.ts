import type { Ipv4Address } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import { planNetwork } from '../../network/plan/plan.ts';
import type { NetworkPlan, NetworkResult, PublicInterface } from '../../network/types.ts';
import type { OpenApi } from '../api.ts';
import { type Patience, withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import { checkRoot, refuseForeignRoot, requireRoot } from '../root.ts';
import { type Executor, explainTo, recoverFirst } from './executor.ts';
import { setGateway, unlessRolledBack } from './gateway.ts';
import { type GatewaySettings, settingsOf } from './request.ts';

/** The flags of `network plan` and `network apply`. */
interface ByHandOptions extends ApiOptions, Patience {
  readonly network: StackName | 'auto';
  readonly root: string;
  readonly 'public-interface': PublicInterface;
  readonly probe?: string | undefined;
}

/** A gateway, and what its change came to. */
export interface GatewaySet {
  readonly gateway: Ipv4Address;
  readonly network: NetworkResult;
}

/**
 * Plans to make a gateway the default route.
 * @param named the gateway; undefined: the API is asked for it
 * @returns undefined if RackConnect configures the network itself and no flag says otherwise
 * @throws RcWaitError as `askForGateway` and `planNetwork` do
 */
export async function planByHand(
  named: Ipv4Address | undefined,
  args: ByHandOptions,
  io: Io,
): Promise<NetworkPlan | undefined> {
  checkRoot(args.root);
  const settings = await settingsOf(args);
  const gateway = named ?? (await withGateway(settings, args, io, async (asked) => asked));
  return gateway && planNetwork({ ...settings, gateway });
}

/**
 * Makes a gateway the default route.
 * @param named the gateway; undefined: the API is asked for it, and must still answer afterwards
 * @returns undefined if RackConnect configures the network itself and no flag says otherwise
 * @throws RcWaitError as `askForGateway` and `setGateway` do; NETWORK_RELOAD for a change that was rolled back
 */
export async function applyByHand(
  named: Ipv4Address | undefined,
  args: ByHandOptions,
  io: Io,
  say: (notice: string) => void,
): Promise<GatewaySet | undefined> {
  refuseForeignRoot(args.root);
  requireRoot(args.root);
  const settings = await settingsOf(args);
  const here = { by: 'this-process', onPlan: explainTo({ info: say, warn: say }), onNotice: say } as const;
  const executor: Executor = { ...here, signal: io.signal };
  const set = async (gateway: Ipv4Address, by: Executor): Promise<GatewaySet> => {
    const network = await setGateway({ ...settings, gateway }, by);
    return { gateway, network: unlessRolledBack(network) };
  };
  // Before the API is asked: a change that has not ended may keep it from being reached.
  await recoverFirst(args.root, executor);
  if (named !== undefined) return set(named, executor);
  return withGateway(settings, args, io, (gateway, api) => set(gateway, { ...executor, api }));
}

/** Asks the API for the gateway, and works with both; undefined if `askForGateway` names none. */
async function withGateway<T>(
  settings: GatewaySettings,
  args: ByHandOptions,
  io: Io,
  work: (gateway: Ipv4Address, api: OpenApi) => Promise<T>,
): Promise<T | undefined> {
  // Loaded only for a question: what reads the answers knows XML, too.
  const { askForGateway } = await import('./ask-for-gateway.ts');
  return withApiForOne(args, io, async (api) => {
    const gateway = await askForGateway(api, settings, args, io);
    return gateway && work(gateway, api);
  });
}

/** What would change, with the diffs of the files. */
export async function planInWords(plan: NetworkPlan): Promise<string> {
  const { describePlan } = await import('../../report/plan.ts');
  return describePlan(plan);
}
