import type { Options } from 'yargs';
import { exitStatuses } from '../../report/exit-texts.ts';
import { apiFlags, outputFlags } from '../args/flags.ts';
import { type CliCommand, command } from '../command.ts';

const placeFlags = {
  'state-dir': apiFlags['state-dir'],
  root: {
    string: true,
    requiresArg: true,
    default: '/',
    describe: 'Read the records below this directory, as of a disk that is mounted',
  },
} as const satisfies Record<string, Options>;

const flags = { ...placeFlags, output: outputFlags.output } as const satisfies Record<string, Options>;

const load = () => import('../../app/history/show.ts');

const notes = `The last 16 waits are kept in /var/lib/rc-wait/waits; those with another --state-dir in its folder waits. ${exitStatuses(
  { 0: 'shown', 64: 'wrong flags, or there is no such wait', 77: 'root is needed' },
)}`;

/** `rc-wait history` */
export const historyCommand: CliCommand = command({
  name: 'history',
  summary: 'List the waits on this server, how long they took and how they ended',
  flags,
  examples: [
    ['$0 history', 'one line for each, the newest last'],
    ['$0 history show 3', 'the third of them in text: tasks, answers and the network step over time'],
    ['$0 history plot 3 >wait.svg', 'the same for a browser'],
    ['$0 history --output json', 'a document for a program'],
    ['$0 history --root /mnt', 'of a server whose disk is mounted'],
  ],
  notes,
  run: async (args, io) => (await load()).listWaits(args, io),
});

/** `rc-wait history show` */
export const historyShowCommand: CliCommand = command({
  name: 'history show',
  summary: 'Draw one wait in text: its tasks, the answers of the API and the network step over time',
  flags,
  operands: '[N]',
  examples: [
    ['$0 history show', 'the last one'],
    ['$0 history show 3', 'the one with this number in rc-wait history'],
    ['$0 history show 3 --output json', 'its record, for a program'],
  ],
  notes,
  run: async (args, io, operands) => (await load()).showWait(args, operands, io),
});

/** `rc-wait history plot` */
export const historyPlotCommand: CliCommand = command({
  name: 'history plot',
  summary: 'Draw one wait as an SVG, for a browser or a ticket',
  flags: placeFlags,
  operands: '[N]',
  examples: [['$0 history plot >wait.svg', 'the last one; needs nothing but the file']],
  notes,
  run: async (args, io, operands) => (await load()).plotWait(args, operands, io),
});
