import type { Options } from 'yargs';
import { exitStatuses } from '../../report/exit-texts.ts';
import { outputFlags } from '../args/flags.ts';
import { type CliCommand, command } from '../command.ts';

const flags = {
  root: {
    string: true,
    requiresArg: true,
    default: '/',
    describe: 'Look at the files below this directory, as at a disk or an image',
  },
  output: outputFlags.output,
} as const satisfies Record<string, Options>;

/** `rc-wait preflight` */
export const preflightCommand: CliCommand = command({
  name: 'preflight',
  summary: 'Look for the documented causes of a FAILED automation on this server, or in an image',
  flags,
  examples: [
    ['$0 preflight', 'before a wait, or after FAILED; as root, else some things cannot be looked at'],
    ['$0 preflight --root /mnt', 'where an image is built: its files alone'],
    ['$0 preflight --output json', 'a document for a program'],
  ],
  notes: `Changes nothing and opens no connection. PASS, WARN, FAIL, or SKIP for what cannot be looked at. ${exitStatuses({ 0: 'no FAIL', 1: 'at least one, as for a wait that ends with FAILED' })}`,
  run: async (args, io) => (await import('../../app/preflight/preflight.ts')).preflight(args, io),
});
