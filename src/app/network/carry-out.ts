import type { NetworkResult } from '../../network/types.ts';
import { withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import { configure } from './gateway.ts';
import type { Errand } from './service-request.ts';

/** Changes this server's network for another rc-wait that may not. @throws RcWaitError as `configure` does */
export async function carryOut({ api, ...order }: Errand, io: Io): Promise<NetworkResult> {
  const say = (notice: string): void => io.err(`rc-wait: ${notice}\n`);
  const here = { ...order, root: '/' };
  if (api === null) return configure(here, undefined, { info: say, warn: say });
  const args: ApiOptions = { region: undefined, interface: undefined, ...wholeOf(api) };
  // The request names the API, so nothing is asked before the network has changed.
  return withApiForOne({ ...args, timeout: Number.POSITIVE_INFINITY, quiet: true }, io, (open) =>
    configure(here, open, { info: say, warn: say }),
  );
}

function wholeOf(api: NonNullable<Errand['api']>) {
  return { ...api, 'source-address': api['source-address'], 'ca-file': api['ca-file'] };
}
