import type { Options } from 'yargs';
import type { ServiceAnswer } from '../../../app/network/service-request.ts';
import { RcWaitError } from '../../../base/error.ts';
import { exitOfError } from '../../../report/exit.ts';
import { type Command, command } from '../../command.ts';

const flags = {
  errand: { string: true, requiresArg: true, demandOption: true, describe: 'What to do, as JSON' },
} as const satisfies Record<string, Options>;

/** `rc-wait network carry-out`: run in a transient service for `--privileges service`. */
export const networkCarryOutCommand: Command = command({
  name: 'network carry-out',
  hidden: true,
  summary: 'Change the network for another rc-wait that has no right to',
  flags,
  examples: [['$0 network carry-out --errand JSON', 'what rc-wait.service has a service of its own do']],
  async run(args, io) {
    const [{ carryOut }, { parseServiceRequest }] = await Promise.all([
      import('../../../app/network/carry-out.ts'),
      import('../../../app/network/service-request.ts'),
    ]);
    const request = parseServiceRequest(args.errand);
    if (request === undefined) throw new RcWaitError('USAGE', 'cannot use --errand: it is none of rc-wait');
    const answer = (one: ServiceAnswer): void => io.out(`${JSON.stringify(one)}\n`);
    try {
      answer({ network: await carryOut(request, io) });
      return 0;
    } catch (error) {
      if (!(error instanceof RcWaitError)) throw error;
      const { code, message, hint } = error;
      answer({ error: { code, message, hint } });
      return exitOfError(error);
    }
  },
});
