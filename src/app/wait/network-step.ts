import type { Clock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import type { NetworkResult } from '../../network/types.ts';
import type { Log } from '../../report/log.ts';
import { isRunningSystem } from '../../system/root.ts';
import type { OpenApi } from '../api.ts';
import { recoverFirst } from '../network/change-options.ts';
import type { Order } from '../network/gateway.ts';
import type { WaitOptions } from '../options.ts';
import { isByService, mayConfigure } from '../root.ts';

/** The API that answered, and the source address of the question. */
interface Asked {
  readonly api: OpenApi;
  readonly source: Ipv4Address | undefined;
}

/** Undoes what an earlier run left unfinished. If that fails the wait goes on: the network step tries again. */
export async function tidy(args: WaitOptions, log: Log): Promise<void> {
  try {
    if (!isByService(args)) return await recoverFirst(args.root, log.warn);
    const { recoverByService } = await import('../network/as-service.ts');
    await recoverByService();
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    log.error([error.message, error.hint].filter(Boolean).join('; '));
  }
}

/** In ms. Longer than any DHCP client tries (dhclient: 5 min): an address that is missing by then will not come. */
const lateAddressMs = 10 * 60_000;

/** Interval between looks at the addresses, in ms. */
const lookAgainMs = 500;

/**
 * Waits until the gateway lies in a prefix of this server. The API may answer through one interface while the
 * gateway belongs to another, whose address comes later. Gives up in the end; the plan then reports what is
 * wrong.
 * @throws the signal's reason when aborted
 */
export async function untilGatewayFits(
  gateway: Ipv4Address,
  { root, interface: name }: Pick<WaitOptions, 'root' | 'interface'>,
  within: {
    readonly clock: Clock;
    readonly deadlineMs: number;
    readonly signal: AbortSignal;
    readonly onLate: (message: string) => void;
  },
): Promise<void> {
  // Below another root no interface comes up by itself; and a user without the right to set it gets the error
  // at once.
  if (!isRunningSystem(root) || !mayConfigure(root)) return;
  const { clock, deadlineMs, signal, onLate } = within;
  const untilMs = Math.min(deadlineMs, clock.nowMs() + lateAddressMs);
  const [{ runningInterfaces }, { mayStillFit }] = await Promise.all([
    import('../../network/plan/stack-files.ts'),
    import('../../network/plan/gateway-interface.ts'),
  ]);
  while (mayStillFit(gateway, runningInterfaces(), name) && clock.nowMs() < untilMs) {
    // On each pass: without a sign of life systemd would take it for a hang.
    onLate(`the gateway ${gateway} lies in no prefix of ${name ?? 'this server'} yet`);
    await clock.sleep(lookAgainMs, signal);
  }
}

/** Sets the gateway, in this process or in one that has the right to. */
export async function configureFor(
  gateway: Ipv4Address,
  args: WaitOptions,
  log: Log,
  asked: Asked,
): Promise<NetworkResult> {
  const order: Order = {
    gateway,
    stack: args.network === 'off' ? 'auto' : args.network,
    root: args.root,
    interfaceName: args.interface,
    publicInterface: args['public-interface'],
    probe: args.probe,
  };
  return carryOut(order, args, log, asked);
}

/** Carries out an order. Without `asked`, no API is probed after the change. */
export async function carryOut(
  order: Order,
  args: WaitOptions,
  log: Log,
  asked: Asked | undefined,
): Promise<NetworkResult> {
  if (!isByService(args)) {
    const { configure } = await import('../network/gateway.ts');
    return configure(order, asked?.api, log);
  }
  const { configureByService } = await import('../network/as-service.ts');
  const api = asked && {
    'api-url': asked.api.baseUrl,
    'state-dir': args['state-dir'],
    'source-address': asked.source,
    'ca-file': args['ca-file'],
  };
  return configureByService(order, api ?? null);
}
