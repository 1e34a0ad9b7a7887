import type { Options } from 'yargs';
import { exitStatuses } from '../../../report/exit-texts.ts';
import { outputFlags, privilegesFlag, rootFlag, stackFlag, textFlag } from '../../args/flags.ts';
import { type CliCommand, command } from '../../command.ts';

const checkFlags = {
  gateway: textFlag('The gateway that is expected (default: the one that rc-wait set last)'),
  interface: textFlag('The interface that it is expected on (default: the one that rc-wait set it on)'),
  repair: { boolean: true, default: false, describe: 'Put the gateway back where it is not held' },
  ...stackFlag,
  ...privilegesFlag,
  ...rootFlag,
  ...outputFlags,
} as const satisfies Record<string, Options>;

/** `rc-wait network check` */
export const networkCheckCommand: CliCommand = command({
  name: 'network check',
  summary: 'Say whether configuration and kernel still hold the gateway',
  flags: checkFlags,
  serviceFile: 'used',
  examples: [
    ['$0 network check', 'the gateway that rc-wait set last; the exit status says whether it is held'],
    ['$0 network check --repair', 'and put it back where it is not: what rc-wait-network-check.timer does'],
    ['$0 network check --gateway 10.208.0.1 --output json', 'a document for a program'],
  ],
  notes: `The API is not asked. ${exitStatuses({
    0: 'it is held, or was put back, or was rolled back by hand',
    64: 'wrong flags, or no gateway is known',
    73: 'it is not held',
    74: 'what was there could not be put back',
    77: 'root is needed',
  })}`,
  run: async (args, io) => (await import('../../../app/network/check-gateway.ts')).checkByHand(args, io),
});
