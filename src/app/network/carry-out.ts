import type { NetworkResult } from '../../network/types.ts';
import { withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import { explainTo } from './executor.ts';
import { setGateway } from './gateway.ts';
import { gatewayRequestOf, type ServiceApi, type ServiceRequest } from './service-request.ts';

/** Changes this server's network for another rc-wait that may not. @throws RcWaitError as `setGateway` does */
export async function carryOut(sent: ServiceRequest, io: Io): Promise<NetworkResult> {
  const say = (notice: string): void => io.err(`rc-wait: ${notice}\n`);
  const here = { by: 'this-process', onPlan: explainTo({ info: say, warn: say }), onNotice: say } as const;
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
