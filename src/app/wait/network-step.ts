import type { Clock } from '../../base/clock.ts';
import { RcWaitError } from '../../base/error.ts';
import type { Ipv4Address } from '../../base/ipv4.ts';
import { mayStillFit } from '../../network/plan/gateway-interface.ts';
import { runningInterfaces } from '../../network/plan/stack-files.ts';
import type { Log } from '../../report/log.ts';
import { isRunningSystem } from '../../system/root.ts';
import type { OpenApi } from '../api.ts';
import { type Executor, explainTo, recoverFirst } from '../network/executor.ts';
import type { GatewaySettings } from '../network/request.ts';
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
    await recoverFirst(args.root, executorFor(args, log, undefined));
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
  { root, interfaceName: name }: Pick<GatewaySettings, 'root' | 'interfaceName'>,
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
  while (mayStillFit(gateway, runningInterfaces(), name) && clock.nowMs() < untilMs) {
    // On each pass: without a sign of life systemd would take it for a hang.
    onLate(`the gateway ${gateway} lies in no prefix of ${name ?? 'this server'} yet`);
    await clock.sleep(lookAgainMs, signal);
  }
}

/**
 * The process that changes the network of a wait.
 * @param asked the API that must still answer after the change; undefined: none was asked
 */
export function executorFor(args: WaitOptions, log: Log, asked: Asked | undefined): Executor {
  if (isByService(args)) {
    const api = asked && {
      'api-url': asked.api.baseUrl,
      'state-dir': args['state-dir'],
      'source-address': asked.source,
      'ca-file': args['ca-file'],
    };
    return { by: 'service', api: api ?? null };
  }
  return { by: 'this-process', api: asked?.api, onPlan: explainTo(log), onNotice: log.warn };
}
