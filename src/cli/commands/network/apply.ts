import type { Options } from 'yargs';
import { stackNames } from '../../../base/stack-names.ts';
import { type ExitTexts, exitStatuses } from '../../../report/exit-texts.ts';
import {
  apiFlags,
  durationFlag,
  outputFlags,
  probeFlag,
  publicInterfaceFlag,
  rootFlag,
  stackFlag,
  textFlag,
} from '../../args/flags.ts';
import { type CliCommand, command } from '../../command.ts';

const networkFlags = {
  gateway: textFlag('The gateway to set, instead of asking the API for it'),
  ...stackFlag,
  ...publicInterfaceFlag,
  ...rootFlag,
  ...apiFlags,
  ...outputFlags,
  timeout: durationFlag('timeout', 'How long to wait for the quota and for the answer', '90s'),
} as const satisfies Record<string, Options>;

const load = () => import('../../../app/network/by-hand.ts');

const exits: ExitTexts = {
  69: 'no usable answer',
  73: 'it cannot be done, and all is as before',
  77: 'root is needed, or the API refused',
};

/** `rc-wait network plan` */
export const networkPlanCommand: CliCommand = command({
  name: 'network plan',
  summary: 'Show what would change for the gateway to be the default route; change nothing',
  flags: networkFlags,
  serviceFile: 'used',
  examples: [
    ['$0 network plan', 'ask the API for the gateway, and show the diff and the commands'],
    ['$0 network plan --public-interface disable', 'the same, with eth0 down from then on'],
    ['$0 network plan --gateway 10.208.0.1 --root /mnt', 'the same for a server whose disk is mounted'],
  ],
  notes: exitStatuses({ ...exits, 0: 'shown' }),
  run: async (args, io) => (await load()).planByHand(args, io),
});

/** `rc-wait network apply` */
export const networkApplyCommand: CliCommand = command({
  name: 'network apply',
  summary: 'Make the gateway the default route, in the files and in the kernel',
  flags: { ...networkFlags, ...probeFlag },
  serviceFile: 'used',
  examples: [
    ['$0 network apply', 'ask the API for the gateway, write it, reload the network'],
    [
      `$0 network apply --gateway 10.208.0.1 --network ${stackNames[0]}`,
      'set this gateway without asking the API',
    ],
    ['$0 network apply --probe tcp://192.0.2.80:443', 'and roll back if that cannot be reached afterwards'],
  ],
  notes: `Where RackConnect configures the network itself nothing is changed, unless --gateway or --network says otherwise. ${exitStatuses({ ...exits, 0: 'done', 74: 'what was there before could not be put back' })}`,
  run: async (args, io) => (await load()).applyByHand(args, io),
});
