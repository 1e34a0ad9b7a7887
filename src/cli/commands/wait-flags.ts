import type { Options } from 'yargs';
import { usualHooksFolder } from '../../app/options.ts';
import {
  apiFlags,
  colourFlag,
  durationFlag,
  networkFlag,
  outputFlags,
  privilegesFlag,
  probeFlag,
  publicInterfaceFlag,
  rootFlag,
  sourceFlag,
  textFlag,
} from '../args/flags.ts';

/** Whether to skip a wait that has succeeded before. */
const onceFlag = {
  'once-per-instance': {
    boolean: true,
    default: false,
    describe:
      'Do not wait, nor ask the API, where DEPLOYED was seen on this instance before: only put the gateway back if need be',
  },
} as const satisfies Record<string, Options>;

/** How the end of a wait is announced, besides the printed result. */
const announceFlags = {
  signal: textFlag(
    'URL of a Heat wait condition or SwiftSignal that is told how the wait ended. A secret: better given as RC_WAIT_SIGNAL',
  ),
  'signal-token': textFlag('Token (X-Auth-Token) for a --signal URL that asks for one. A secret, too'),
  'hooks-dir': {
    string: true,
    requiresArg: true,
    default: usualHooksFolder,
    describe: 'Where deployed.d and failed.d are: programs that are run, as root, when the wait has ended',
  },
  'hook-timeout': durationFlag('hook-timeout', 'How long each of them may take', '60s'),
} as const satisfies Record<string, Options>;

/** Where a monitoring system reads how the wait goes. */
const metricsFlag = {
  'metrics-file': textFlag(
    "File that is kept up to date with the wait's metrics, in Prometheus's text format. For node_exporter it ends in .prom and is in the folder of its textfile collector",
  ),
} as const satisfies Record<string, Options>;

/** The flags of `rc-wait wait`. */
export const waitFlags = {
  timeout: durationFlag(
    'timeout',
    'How long to wait, from the first start on, over kills and restarts: 90s, 15m, 1h, infinity',
    '60m',
  ),
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
  ...announceFlags,
  ...metricsFlag,
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
  ...colourFlag,
} as const satisfies Record<string, Options>;
