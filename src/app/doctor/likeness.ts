import { reasonOf } from '../../base/error.ts';
import { likenessOf } from '../../host/is-rackspace.ts';
import { thisServer } from '../../host/server.ts';
import type { Io } from '../io.ts';

/**
 * Exit status of `--condition` for "no". Outside the ranges by which Node (1 to 14), a shell (126, 127) and
 * systemd (from 200 on) report that a program could not be started.
 */
const sureNo = 100;

/** The flags that name the API: with either, there is something to wait for. */
interface ConditionOptions {
  readonly 'api-url'?: string | undefined;
  readonly region?: string | undefined;
}

/**
 * `rc-wait doctor --condition`: whether this may be a Rackspace server; resolves to the exit status. That is 0
 * on any trouble: if the answer is unknown, the wait has to find out.
 */
export async function condition(args: ConditionOptions, io: Io): Promise<number> {
  if (args['api-url'] !== undefined || args.region !== undefined) return 0;
  try {
    const { isRackspace, why } = await likenessOf(await thisServer().region());
    if (isRackspace) return 0;
    io.out(`this is not a Rackspace cloud server, and there is nothing to wait for: ${why}\n`);
    return sureNo;
  } catch (error) {
    io.err(`rc-wait: cannot tell whether this is one of Rackspace's servers: ${reasonOf(error)}\n`);
    return 0;
  }
}
