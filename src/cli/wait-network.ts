import { RcWaitError } from '../base/error.ts';
import type { Ipv4Address } from '../base/ipv4.ts';
import type { NetworkResult } from '../network/types.ts';
import type { Log } from '../report/log.ts';
import type { Order } from './configure.ts';
import type { OpenApi } from './open.ts';
import { isByService } from './root.ts';
import { recoverFirst } from './transaction.ts';
import type { WaitArgs } from './wait-flags.ts';

/** The API that was asked, and the address that it was asked from. */
interface Asked {
  readonly api: OpenApi;
  readonly source: Ipv4Address | undefined;
}

/** Undoes what an earlier run left unfinished. Where that fails the wait goes on: the network step tries again. */
export async function tidy(args: WaitArgs, log: Log): Promise<void> {
  try {
    if (!isByService(args)) return await recoverFirst(args.root, log.warn);
    const { recoverByService } = await import('./delegate.ts');
    await recoverByService();
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    log.error([error.message, error.hint].filter(Boolean).join('; '));
  }
}

/** Sets the gateway, in this process or where there is the right to do it. */
export async function configureFor(
  gateway: Ipv4Address,
  args: WaitArgs,
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

/** Does what an order says; without an API that must still answer where none was asked. */
export async function carryOut(
  order: Order,
  args: WaitArgs,
  log: Log,
  asked: Asked | undefined,
): Promise<NetworkResult> {
  if (!isByService(args)) {
    const { configure } = await import('./configure.ts');
    return configure(order, asked?.api, log);
  }
  const { configureByService } = await import('./delegate.ts');
  const api = asked && {
    'api-url': asked.api.baseUrl,
    'state-dir': args['state-dir'],
    'source-address': asked.source,
    'ca-file': args['ca-file'],
  };
  return configureByService(order, api ?? null);
}
