import type { Options } from 'yargs';
import { withApiForOne } from '../../../app/ask-once.ts';
import type { Io } from '../../../app/io.ts';
import { type Answer, type Errand, parseErrand } from '../../../app/network/change-request.ts';
import { configure } from '../../../app/network/set-gateway.ts';
import type { ApiOptions } from '../../../app/options.ts';
import { RcWaitError } from '../../../base/error.ts';
import type { NetworkResult } from '../../../network/types.ts';
import { exitOfError } from '../../../report/exit.ts';
import { type Command, command } from '../../command.ts';

const flags = {
  errand: { string: true, requiresArg: true, demandOption: true, describe: 'What to do, as JSON' },
} as const satisfies Record<string, Options>;

/** `rc-wait network carry-out`: what `--privileges service` has a transient service run. */
export const networkCarryOutCommand: Command = command({
  name: 'network carry-out',
  hidden: true,
  summary: 'Change the network for another rc-wait that has no right to',
  flags,
  examples: [['$0 network carry-out --errand JSON', 'what rc-wait.service has a service of its own do']],
  async run(args, io) {
    const errand = parseErrand(args.errand);
    if (errand === undefined) throw new RcWaitError('USAGE', 'cannot use --errand: it is none of rc-wait');
    const answer = (one: Answer): void => io.out(`${JSON.stringify(one)}\n`);
    try {
      answer({ network: await carryOut(errand, io) });
      return 0;
    } catch (error) {
      if (!(error instanceof RcWaitError)) throw error;
      const { code, message, hint } = error;
      answer({ error: { code, message, hint } });
      return exitOfError(error);
    }
  },
});

async function carryOut({ api, ...order }: Errand, io: Io): Promise<NetworkResult> {
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
