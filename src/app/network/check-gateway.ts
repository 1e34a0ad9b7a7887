import { RcWaitError } from '../../base/error.ts';
import { parseIpv4 } from '../../base/ipv4.ts';
import type { Check } from '../../network/plan/check.ts';
import type { PlanRequest } from '../../network/plan/plan.ts';
import type { NetworkResult } from '../../network/types.ts';
import { isByService } from '../root.ts';
import { changeOptions, probesFor, recoverFirst } from './change-options.ts';

/** Which gateway is expected, and whether to repair it. */
interface CheckOptions {
  readonly gateway: string | undefined;
  readonly interface: string | undefined;
  readonly repair: boolean;
  readonly network: PlanRequest['stack'];
  readonly privileges: 'own' | 'service';
  readonly root: string;
}

/** Whether the gateway is still set, and what was done. */
export interface GatewayReport {
  readonly check: Check;
  readonly held: boolean;
  readonly reasons: readonly string[];
  /** the result of the repair; null: nothing was repaired */
  readonly network: NetworkResult | null;
}

/**
 * Checks whether the gateway is still set, and sets it again with `--repair`.
 * @returns undefined when it was rolled back by hand, so that no gateway is expected
 */
export async function checkGateway(
  args: CheckOptions,
  say: (notice: string) => void,
  signal: AbortSignal,
): Promise<GatewayReport | undefined> {
  if (args.repair) await tidy(args, say, signal);
  const expected = await expectedOf(args);
  if (expected === undefined) return undefined;
  const [{ checkNetwork, isHeld }, { openJournal }] = await Promise.all([
    import('../../network/plan/check.ts'),
    import('../../network/change/journal/journal.ts'),
  ]);
  const check = await checkNetwork({ ...expected, root: args.root });
  const unfinished = await openJournal(args.root).pending();
  const held = isHeld(check) && unfinished === undefined;
  const reasons = [
    ...check.reasons,
    ...(unfinished ? [`a change that was begun at ${unfinished.entry.startedAt} has not ended`] : []),
  ];
  const network = held || !args.repair ? null : await putBack(check, args, say, signal);
  return { check, held, reasons, network };
}

/** The expected gateway, from the flags and rc-wait's last change; undefined: it was rolled back by hand. */
async function expectedOf(args: CheckOptions): Promise<Omit<PlanRequest, 'root'> | undefined> {
  const { openJournal } = await import('../../network/change/journal/journal.ts');
  const last = await openJournal(args.root).last();
  const text = args.gateway ?? last?.gateway;
  if (text === undefined) {
    throw new RcWaitError('CONFIGURATION', 'cannot check the network: rc-wait has set no gateway here', {
      hint: 'name the one that is expected with --gateway',
    });
  }
  const gateway = parseIpv4(text);
  if (gateway === undefined) {
    throw new RcWaitError(
      'USAGE',
      `cannot use --gateway ${text}: an IPv4 address is expected, such as 10.208.0.1`,
    );
  }
  if (args.gateway === undefined && last?.purpose === 'rollback') return undefined;
  // The last change supplies what the flags leave open, but only for its own gateway.
  const remembered = args.gateway === undefined ? last : undefined;
  const interfaceName = args.interface ?? remembered?.interface;
  const stack = args.network === 'auto' ? (remembered?.stack ?? 'auto') : args.network;
  const publicInterface = last?.publicInterface ?? 'keep';
  return { gateway, stack, publicInterface, ...(interfaceName === undefined ? {} : { interfaceName }) };
}

/** Undoes what a killed rc-wait left behind, in a process that has the right to. */
async function tidy(args: CheckOptions, say: (notice: string) => void, signal: AbortSignal): Promise<void> {
  if (!isByService(args)) return recoverFirst(args.root, say, signal);
  const { recoverByService } = await import('./as-service.ts');
  return recoverByService();
}

async function putBack(
  { plan, obstacle }: Check,
  args: CheckOptions,
  say: (notice: string) => void,
  signal: AbortSignal,
): Promise<NetworkResult> {
  const { root } = args;
  if (obstacle !== undefined) throw obstacle;
  if (isByService(args)) {
    const { configureByService } = await import('./as-service.ts');
    const { wish, stack } = plan;
    const { gateway, interfaceName, publicInterface = 'keep' } = wish;
    const order = { gateway, stack, root, interfaceName, publicInterface, probe: undefined };
    const result = await configureByService(order, null);
    if (result.action === 'rolled-back') throw new RcWaitError('NETWORK_RELOAD', result.reason);
    return result;
  }
  const { applyNetwork } = await import('../../network/change/apply.ts');
  const probes = await probesFor(plan, [], undefined);
  return applyNetwork(plan, { ...changeOptions(root, say), probes, signal });
}
