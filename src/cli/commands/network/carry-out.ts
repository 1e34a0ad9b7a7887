import type { Options } from 'yargs';
import { type CliCommand, command } from '../../command.ts';

const flags = {
  request: { string: true, requiresArg: true, demandOption: true, describe: 'What to do, as JSON' },
} as const satisfies Record<string, Options>;

/** `rc-wait network carry-out`: run in a transient service for `--privileges service`. */
export const networkCarryOutCommand: CliCommand = command({
  name: 'network carry-out',
  hidden: true,
  summary: 'Change the network for another rc-wait that has no right to',
  flags,
  examples: [['$0 network carry-out --request JSON', 'what rc-wait.service has a service of its own do']],
  run: async (args, io) => (await import('../../../app/network/carry-out.ts')).carryOut(args, io),
});
