import type { Options } from 'yargs';
import type { Io } from '../../app/io.ts';
import { reasonOf } from '../../base/error.ts';
import { apiFlags, durationFlag, networkFlag, outputFlags } from '../args/flags.ts';
import { type Args, type CliCommand, command } from '../command.ts';
import { exitStatuses } from '../exits.ts';

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

type DoctorArgs = Args<typeof flags>;

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
      124: 'rc-wait.service has failed',
    }),
    'The first thing that is wrong decides, with the status that a wait would have for it.',
  ].join(' '),
  async run(args, io, _operands, { settingFaults }) {
    if (args.condition) return condition(args, io);
    const [{ doctorDocument, exitOfLooks, humanDoctor }, { lookAtAll }] = await Promise.all([
      import('../../report/doctor.ts'),
      import('../../app/doctor/look.ts'),
    ]);
    const looks = await lookAtAll(args, io, settingFaults);
    io.out(args.output === 'json' ? `${JSON.stringify(doctorDocument(looks))}\n` : humanDoctor(looks));
    return exitOfLooks(looks);
  },
});

/**
 * Exit status of `--condition` for "no". Outside the ranges by which Node (1 to 14), a shell (126, 127) and
 * systemd (from 200 on) report that a program could not be started.
 */
const sureNo = 100;

/** Exits with 0 on any trouble: if the answer is unknown, the wait has to find out. */
async function condition(args: DoctorArgs, io: Io): Promise<number> {
  if (args['api-url'] !== undefined || args.region !== undefined) return 0;
  try {
    const { likenessHere } = await import('../../app/doctor/look.ts');
    const { isRackspace, why } = await likenessHere();
    if (isRackspace) return 0;
    io.out(`this is not a Rackspace cloud server, and there is nothing to wait for: ${why}\n`);
    return sureNo;
  } catch (error) {
    io.err(`rc-wait: cannot tell whether this is one of Rackspace's servers: ${reasonOf(error)}\n`);
    return 0;
  }
}
