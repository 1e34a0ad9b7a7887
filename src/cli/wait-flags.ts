import type { Options } from 'yargs';
import type { Args } from './command.ts';
import {
  apiFlags,
  durationFlag,
  networkFlag,
  outputFlags,
  privilegesFlag,
  probeFlag,
  publicInterfaceFlag,
  rootFlag,
  sourceFlag,
} from './flags.ts';
import { onceFlag } from './once.ts';
import { tellFlags } from './tell.ts';

/** The flags of `rc-wait wait`. */
export const waitFlags = {
  timeout: durationFlag('timeout', 'How long to wait: 90s, 15m, 1h, infinity', '60m'),
  ...networkFlag,
  ...publicInterfaceFlag,
  ...privilegesFlag,
  ...probeFlag,
  ...sourceFlag,
  managed: {
    requiresArg: true,
    choices: ['auto', 'yes', 'no'],
    default: 'auto',
    describe:
      "Whether to wait for the automation of Managed Operations, too, which follows RackConnect's; auto: where the roles of the account say rax_managed",
  },
  ...onceFlag,
  ...tellFlags,
  ...apiFlags,
  ...rootFlag,
  ...outputFlags,
  'log-level': {
    requiresArg: true,
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    describe: 'How much is said on standard error',
  },
  'log-format': {
    requiresArg: true,
    choices: ['auto', 'human', 'json', 'journal'],
    default: 'auto',
    describe: 'How it is said; auto: with priorities under the journal, plain elsewhere',
  },
} as const satisfies Record<string, Options>;

/** The flags of a wait, read. */
export type WaitArgs = Args<typeof waitFlags>;
