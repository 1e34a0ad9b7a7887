import type { Options } from 'yargs';
import { exitStatuses } from '../../report/exit-texts.ts';
import { apiFlags, durationFlag, outputFlags, sourceFlag } from '../args/flags.ts';
import { type CliCommand, command } from '../command.ts';

const askFlags = {
  ...apiFlags,
  ...outputFlags,
  timeout: durationFlag('timeout', 'How long to wait for the quota and for the answer', '90s'),
  format: {
    requiresArg: true,
    choices: ['text', 'json', 'xml'],
    describe: "Print the API's own answer in this format (default: in plain words)",
  },
} as const satisfies Record<string, Options>;

const load = () => import('../../app/ask.ts');

const notes =
  'Asks once, within the quota that all rc-wait processes of this server share; an answer that another of them ' +
  'got a moment ago is used as it is. ' +
  exitStatuses({ 0: 'answered, whatever the answer', 69: 'no usable answer', 77: 'refused (403)' });

/** `rc-wait status` */
export const statusCommand: CliCommand = command({
  name: 'status',
  summary: 'Ask once: the automation status',
  flags: { ...askFlags, ...sourceFlag },
  serviceFile: 'used',
  notes,
  examples: [
    ['$0 status', 'DEPLOYING, DEPLOYED, FAILED or UNPROCESSABLE'],
    ['$0 status --source xenstore', "what this server's own xenstore says; no request is made"],
    ['$0 status --format xml', "the API's own XML"],
    ['$0 status --output json', 'a document for a program'],
  ],
  run: async (args, io) => (await load()).askForStatus(args, io),
});

/** `rc-wait details` */
export const detailsCommand: CliCommand = command({
  name: 'details',
  summary: 'Ask once: the automation status and the tasks',
  flags: askFlags,
  serviceFile: 'used',
  notes,
  examples: [['$0 details', 'the status, and each task with its own']],
  run: async (args, io) => (await load()).askForDetails(args, io),
});

/** `rc-wait gateway` */
export const gatewayCommand: CliCommand = command({
  name: 'gateway',
  summary: 'Ask once: the address of the gateway',
  flags: askFlags,
  serviceFile: 'used',
  notes,
  examples: [['$0 gateway', 'the address, or exit status 69 while none is assigned']],
  run: async (args, io) => (await load()).askForAddress(args, io),
});

/** `rc-wait features` */
export const featuresCommand: CliCommand = command({
  name: 'features',
  summary: 'Ask once: what the automation does on this server',
  flags: askFlags,
  serviceFile: 'used',
  notes,
  examples: [['$0 features', 'each feature, and whether it is enabled']],
  run: async (args, io) => (await load()).askForFeatures(args, io),
});
