import { verdictStatuses } from '../../report/exit-texts.ts';
import { type CliCommand, command } from '../command.ts';
import { waitFlags } from './wait-flags.ts';

/** `rc-wait wait`, and `rc-wait` alone */
export const waitCommand: CliCommand = command({
  name: 'wait',
  summary: 'Wait until the automation has finished, then set the gateway where that is up to you',
  flags: waitFlags,
  serviceFile: 'used',
  takesProgram: true,
  examples: [
    ['$0', 'wait up to an hour; the region is found out'],
    ['$0 wait --timeout 15m --output json', 'for a script: one JSON document, and the exit status'],
    ['$0 wait --network off', 'wait only; leave the network alone'],
    [
      '$0 wait --timeout 45m -- /usr/local/sbin/after-rackconnect',
      'run a command after a success, and only then',
    ],
    ['$0 wait --network off --source xenstore', 'wait without a request: by what xenstore says'],
    [
      '$0 wait --api-url http://127.0.0.1:8080 --state-dir "$(mktemp -d)" --root DIR',
      'try it out against rc-wait simulate',
    ],
  ],
  notes: [
    verdictStatuses({
      0: 'DEPLOYED, and the network is configured as requested',
      1: 'FAILED',
      3: 'UNPROCESSABLE',
      64: 'wrong flags or configuration',
      69: 'the API never gave a usable answer',
      73: 'the network could not be configured, and is as before',
      74: 'the network could not be put back as it was',
      77: 'root is needed, or the API refused this server all along',
      124: 'the deadline passed',
    }),
    'COMMAND after -- runs when the status would be 0, with the same streams and signals, and its exit status is that of rc-wait:',
    '128 and the number of the signal that has ended it, 127 where there is no such program, 126 where it cannot be started.',
  ].join(' '),
  onMisuse: async (error, io) =>
    (await import('../../app/wait/announce-misuse.ts')).announceMisuse(error, io),
  run: async (args, io, command) => (await import('../../app/wait/wait.ts')).wait(args, io, command),
});
