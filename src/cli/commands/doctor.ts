import type { Options } from 'yargs';
import { exitStatuses } from '../../report/exit-texts.ts';
import { apiFlags, durationFlag, networkFlag, outputFlags } from '../args/flags.ts';
import { type CliCommand, command } from '../command.ts';

const flags = {
  offline: {
    boolean: true,
    default: false,
    describe:
      'Do not ask the API; else it is asked for the status and, after DEPLOYED, for features and gateway',
  },
  condition: {
    boolean: true,
    default: false,
    describe:
      "Only say whether this may be one of Rackspace's servers: exit status 0, or 100 if it certainly is not",
  },
  ...networkFlag,
  ...apiFlags,
  ...outputFlags,
  timeout: durationFlag('timeout', 'How long to wait for the quota and for the answer', '15s'),
} as const satisfies Record<string, Options>;

/** `rc-wait doctor` */
export const doctorCommand: CliCommand = command({
  name: 'doctor',
  summary: 'Look at everything: who am I, does the API answer, what is wrong, and what to type',
  flags,
  serviceFile: 'judged',
  examples: [
    ['$0 doctor', 'one screen where nothing is wrong; the exit status is 0 when nothing is wrong'],
    ['$0 doctor --offline', 'the same without a request'],
    ['$0 doctor --output json', 'a document for a program'],
  ],
  notes: [
    'Changes nothing. By hand it goes by /etc/default/rc-wait, as rc-wait.service does. After FAILED it looks for the probable cause, as rc-wait preflight does.',
    exitStatuses({
      0: 'nothing is wrong',
      1: 'the automation FAILED',
      3: 'it is UNPROCESSABLE',
      64: 'wrong flags or configuration',
      69: 'no usable answer',
      73: 'the network or the state directory',
      74: 'a change that could not be put back',
      77: 'root is needed, or the API refused',
      124: 'logins wait for RackConnect and keep it out, or the last wait of rc-wait.service was too short',
    }),
    'The first thing that is wrong decides, with the status that a wait would have for it.',
  ].join(' '),
  run: async (args, io, _operands, { settingFaults }) =>
    args.condition
      ? (await import('../../app/doctor/likeness.ts')).condition(args, io)
      : (await import('../../app/doctor/look.ts')).doctor(args, io, settingFaults),
});
