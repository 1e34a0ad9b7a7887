import type { NetworkResult } from '../../network/types.ts';
import { withApiForOne } from '../ask-once.ts';
import type { Io } from '../io.ts';
import type { ApiOptions } from '../options.ts';
import type { Errand } from './change-request.ts';
import { configure } from './set-gateway.ts';

/** Changes the network of this server for another rc-wait that has no right to. @throws RcWaitError as `configure` does */
export async function carryOut({ api, ...order }: Errand, io: Io): Promise<NetworkResult> {
  const say = (notice: string): void => io.err(`rc-wait: ${notice}\n`);
  const here = { ...order, root: '/' };
  if (api === null) return configure(here, undefined, { info: say, warn: say });
  const args: ApiOptions = { region: undefined, interface: undefined, ...wholeOf(api) };
  // The API is named in the errand, so nothing is asked for before the network has changed.
  return withApiForOne({ ...args, timeout: Number.POSITIVE_INFINITY, quiet: true }, io, (open) =>
    configure(here, open, { info: say, warn: say }),
  );
}

function wholeOf(api: NonNullable<Errand['api']>) {
  return { ...api, 'source-address': api['source-address'], 'ca-file': api['ca-file'] };
}
