import { RcWaitError } from '../../base/error.ts';
import type { NetworkResult } from '../../network/types.ts';
import { exitOfError } from '../../report/exit.ts';
import { withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import { explainTo } from './executor.ts';
import { setGateway } from './gateway.ts';
import type { StepPart } from './parts.ts';
import {
  gatewayRequestOf,
  parseServiceRequest,
  type ServiceAnswer,
  type ServiceApi,
  type ServiceRequest,
} from './service-request.ts';

/** `rc-wait network carry-out`: changes this server's network for another rc-wait that may not. */
export async function carryOut({ request }: { readonly request: string }, io: Io): Promise<number> {
  const sent = parseServiceRequest(request);
  if (sent === undefined) throw new RcWaitError('USAGE', 'cannot use --request: rc-wait did not write it');
  const parts: StepPart[] = [];
  const answer = (one: ServiceAnswer): void => io.out(`${JSON.stringify({ ...one, parts })}\n`);
  try {
    answer({ network: await setFor(sent, io, (part) => parts.push(part)) });
    return 0;
  } catch (error) {
    if (!(error instanceof RcWaitError)) throw error;
    const { code, message, hint } = error;
    answer({ error: { code, message, hint } });
    return exitOfError(error);
  }
}

/** @throws RcWaitError as `setGateway` does */
async function setFor(
  sent: ServiceRequest,
  io: Io,
  onPart: (part: StepPart) => void,
): Promise<NetworkResult> {
  const say = (notice: string): void => io.err(`rc-wait: ${notice}\n`);
  const onPlan = explainTo({ info: say, warn: say });
  const here = { by: 'this-process', onPlan, onNotice: say, onPart } as const;
  const request = await gatewayRequestOf(sent);
  if (sent.api === null) return setGateway(request, here);
  const args: ApiOptions = { region: undefined, interface: undefined, ...wholeOf(sent.api) };
  // The request names the API, so nothing is asked before the network has changed.
  return withApiForOne({ ...args, timeout: Number.POSITIVE_INFINITY, quiet: true }, io, (api) =>
    setGateway(request, { ...here, api }),
  );
}

function wholeOf(api: ServiceApi) {
  return { ...api, 'source-address': api['source-address'], 'ca-file': api['ca-file'] };
}
