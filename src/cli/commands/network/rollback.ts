import type { Options } from 'yargs';
import { exitStatuses } from '../../../report/exit-texts.ts';
import { outputFlags, rootFlag } from '../../args/flags.ts';
import { type CliCommand, command } from '../../command.ts';

const rollbackFlags = {
  force: {
    boolean: true,
    default: false,
    describe: 'Put the old files back even where somebody has changed them since; copies are kept',
  },
  ...rootFlag,
  ...outputFlags,
} as const satisfies Record<string, Options>;

/** `rc-wait network rollback` */
export const networkRollbackCommand: CliCommand = command({
  name: 'network rollback',
  summary: 'Undo the last change: every file is byte for byte what it was before',
  flags: rollbackFlags,
  serviceFile: 'used',
  examples: [
    ['$0 network rollback', 'the files and the default routes as they were before rc-wait'],
    ['$0 network rollback --root /mnt', 'the files of a server whose disk is mounted'],
  ],
  notes: exitStatuses({
    0: 'done',
    64: 'wrong flags, or there is nothing to undo',
    73: 'it cannot be done, and all is as it was',
    74: 'not everything could be put back',
    77: 'root is needed',
  }),
  run: async (args, io) => (await import('../../../app/network/undo.ts')).rollBack(args, io),
});
