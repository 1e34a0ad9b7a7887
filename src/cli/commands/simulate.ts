import type { Options } from 'yargs';
import { textFlag } from '../args/flags.ts';
import { type CliCommand, command } from '../command.ts';

const simulateFlags = {
  listen: {
    string: true,
    requiresArg: true,
    default: '127.0.0.1:8080',
    describe: 'Address and port; port 0 takes any free one',
  },
  scenario: textFlag('YAML file that says what happens to the servers (default: DEPLOYED after about 20 s)'),
  openstack: {
    boolean: true,
    default: false,
    describe: 'Serve identity, a catalog and Cloud Servers too: for rc-wait endpoints and rc-wait remote',
  },
  quiet: { boolean: true, default: false, describe: 'Do not show the requests' },
} as const satisfies Record<string, Options>;

/** `rc-wait simulate` */
export const simulateCommand: CliCommand = command({
  name: 'simulate',
  summary: 'The RackConnect API on loopback, with its rules, for trying things out',
  flags: simulateFlags,
  examples: [
    ['$0 simulate', 'a server that is DEPLOYED after about 20 s, on http://127.0.0.1:8080'],
    ['$0 simulate --listen 127.0.0.1:0 --scenario FILE', 'what FILE says, on any free port'],
    ['$0 simulate --openstack', 'ten servers of the Cloud Servers API besides; the way to log in is printed'],
  ],
  notes:
    'Each source address is a server of its own: 127.0.0.1, 127.0.0.2 and so on. Ends with Ctrl-C. The keys of a scenario: /usr/share/doc/rc-wait/simulator.md.',
  run: async (args, io) => (await import('../../app/simulate.ts')).simulate(args, io),
});
