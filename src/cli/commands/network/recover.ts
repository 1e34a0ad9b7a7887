import type { Options } from 'yargs';
import { exitStatuses } from '../../../report/exit-texts.ts';
import { durationFlag, rootFlag } from '../../args/flags.ts';
import { type CliCommand, command } from '../../command.ts';

const recoverFlags = {
  ...rootFlag,
  patience: durationFlag(
    'patience',
    'How long to wait for a process that is still changing the network',
    '3m',
  ),
} as const satisfies Record<string, Options>;

/** `rc-wait network recover`: run by the dead-man timer. */
export const networkRecoverCommand: CliCommand = command({
  name: 'network recover',
  hidden: true,
  summary: 'Undo a network change that did not finish',
  flags: recoverFlags,
  examples: [['$0 network recover', 'what rc-wait-network-recover.timer runs']],
  notes: exitStatuses({
    0: 'done, or nothing to do',
    73: 'it cannot be done',
    74: 'not everything could be put back',
    77: 'root is needed',
  }),
  run: async (args, io) => (await import('../../../app/network/undo.ts')).putBackUnfinished(args, io),
});
