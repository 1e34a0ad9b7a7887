import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import { openJournal } from '../../network/change/journal/journal.ts';
import { checkNetwork, isHeld } from '../../network/plan/check.ts';
import { checkDocument, type GatewayReport, humanCheck } from '../../report/check.ts';
import { exitOfCode } from '../../report/exit.ts';
import type { Io } from '../io.ts';
import { isByService, mayConfigure, refuseForeignRoot } from '../root.ts';
import { type Executor, recoverFirst } from './executor.ts';
import { repairGateway, unlessRolledBack } from './gateway.ts';
import { type GatewayRequest, parseGateway } from './request.ts';

/** Which gateway is expected, and whether to repair it. */
interface CheckOptions {
  /** undefined: the one that rc-wait set last */
  readonly gateway: string | undefined;
  readonly interface: string | undefined;
  readonly repair: boolean;
  readonly network: GatewayRequest['stack'];
  readonly privileges: 'own' | 'service';
  readonly root: string;
  readonly output: 'human' | 'json';
  readonly quiet: boolean;
}

/** `rc-wait network check`: prints whether the gateway is still set; resolves to the exit status. */
export async function checkByHand(args: CheckOptions, io: Io): Promise<number> {
  refuseForeignRoot(args.root);
  if (!mayConfigure(args.root)) {
    throw new RcWaitError('PERMISSION', 'cannot check the network: root is needed to read its files', {
      hint: 'run it as root',
    });
  }
  const say = (notice: string): void => {
    if (!args.quiet) io.err(`rc-wait: ${notice}\n`);
  };
  const report = await checkGateway(parseGateway(args.gateway), args, say, io.signal);
  io.out(args.output === 'json' ? `${JSON.stringify(checkDocument(report))}\n` : humanCheck(report));
  return report === undefined || report.held || report.network !== null ? 0 : notHeld;
}

/** Exit status for a gateway that is not in place; `exitOfCode` has it for a network that cannot be set. */
const notHeld = exitOfCode('NETWORK_RELOAD');

/**
 * Checks whether the gateway is still set, and sets it again with `--repair`.
 * @param gateway the expected gateway; undefined: the one that rc-wait set last
 * @returns undefined when it was rolled back by hand, so that no gateway is expected
 */
async function checkGateway(
  gateway: Ipv4Address | undefined,
  args: CheckOptions,
  say: (notice: string) => void,
  signal: AbortSignal,
): Promise<GatewayReport | undefined> {
  const executor: Executor = isByService(args)
    ? { by: 'service', api: null }
    : { by: 'this-process', onNotice: say, signal };
  if (args.repair) await recoverFirst(args.root, executor);
  const request = await expected(gateway, args);
  if (request === undefined) return undefined;
  const check = await checkNetwork(request);
  const unfinished = await openJournal(args.root).pending();
  const held = isHeld(check) && unfinished === undefined;
  const reasons = [
    ...check.reasons,
    ...(unfinished ? [`a change that was begun at ${unfinished.entry.startedAt} has not ended`] : []),
  ];
  const network =
    held || !args.repair ? null : unlessRolledBack(await repairGateway(check, request, executor));
  return { check, held, reasons, network };
}

/** The expected gateway, from the flags and rc-wait's last change; undefined: it was rolled back by hand. */
async function expected(
  named: Ipv4Address | undefined,
  { interface: interfaceName, network, root }: CheckOptions,
): Promise<GatewayRequest | undefined> {
  const last = await openJournal(root).last();
  const gateway = named ?? parseGateway(last?.gateway);
  if (gateway === undefined) {
    throw new RcWaitError('CONFIGURATION', 'cannot check the network: rc-wait has set no gateway here', {
      hint: 'name the one that is expected with --gateway',
    });
  }
  if (named === undefined && last?.purpose === 'rollback') return undefined;
  // The last change supplies what the flags leave open, but only for its own gateway.
  const remembered = named === undefined ? last : undefined;
  return {
    gateway,
    stack: network === 'auto' ? (remembered?.stack ?? 'auto') : network,
    root,
    interfaceName: interfaceName ?? remembered?.interface,
    publicInterface: last?.publicInterface ?? 'keep',
    targets: [],
  };
}
