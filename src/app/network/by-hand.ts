import type { Ipv4Address } from '../../base/ipv4.ts';
import type { StackName } from '../../base/stack-names.ts';
import { planNetwork } from '../../network/plan/plan.ts';
import type { NetworkPlan, PublicInterface } from '../../network/types.ts';
import { type GatewayOutcome, humanNetwork, leftAlone, networkDocument } from '../../report/network.ts';
import type { OpenApi } from '../api.ts';
import { type Patience, withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import { checkRoot, refuseForeignRoot, requireRoot } from '../root.ts';
import { type Executor, explainTo, recoverFirst } from './executor.ts';
import { setGateway, unlessRolledBack } from './gateway.ts';
import { type GatewaySettings, parseGateway, settingsOf } from './request.ts';

/** The flags of `network plan` and `network apply`. */
interface ByHandOptions extends ApiOptions, Patience {
  /** undefined: the API is asked for it */
  readonly gateway: string | undefined;
  readonly network: StackName | 'auto';
  readonly root: string;
  readonly 'public-interface': PublicInterface;
  readonly probe?: string | undefined;
  readonly output: 'human' | 'json';
}

/**
 * `rc-wait network plan`: prints what would change; resolves to the exit status.
 * @throws RcWaitError as `askForGateway` and `planNetwork` do
 */
export async function planByHand(args: ByHandOptions, io: Io): Promise<number> {
  checkRoot(args.root);
  const named = parseGateway(args.gateway);
  const settings = await settingsOf(args);
  const gateway = named ?? (await withGateway(settings, args, io, async (asked) => asked));
  if (gateway === undefined) return print(leftAlone, args, io);
  const plan: NetworkPlan = await planNetwork({ ...settings, gateway });
  const { describePlan, planDocument } = await import('../../report/plan.ts');
  io.out(args.output === 'json' ? `${JSON.stringify(planDocument(plan))}\n` : describePlan(plan));
  return 0;
}

/**
 * `rc-wait network apply`: makes a gateway the default route; resolves to the exit status.
 * @throws RcWaitError as `askForGateway` and `setGateway` do; NETWORK_RELOAD for a change that was rolled back
 */
export async function applyByHand(args: ByHandOptions, io: Io): Promise<number> {
  refuseForeignRoot(args.root);
  requireRoot(args.root);
  const named = parseGateway(args.gateway);
  const settings = await settingsOf(args);
  const say = (notice: string): void => {
    if (!args.quiet) io.err(`rc-wait: ${notice}\n`);
  };
  const here = { by: 'this-process', onPlan: explainTo({ info: say, warn: say }), onNotice: say } as const;
  const executor: Executor = { ...here, signal: io.signal };
  const set = async (gateway: Ipv4Address, by: Executor): Promise<GatewayOutcome> => {
    const network = await setGateway({ ...settings, gateway }, by);
    return { gateway, network: unlessRolledBack(network) };
  };
  // Before the API is asked: a change that has not ended may keep it from being reached.
  await recoverFirst(args.root, executor);
  const outcome =
    named === undefined
      ? await withGateway(settings, args, io, (gateway, api) => set(gateway, { ...executor, api }))
      : await set(named, executor);
  return print(outcome ?? leftAlone, args, io);
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

function print(outcome: GatewayOutcome, { output }: ByHandOptions, io: Io): number {
  io.out(output === 'json' ? `${JSON.stringify(networkDocument(outcome))}\n` : humanNetwork(outcome));
  return 0;
}
