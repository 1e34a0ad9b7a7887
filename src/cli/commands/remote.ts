import { exitStatuses } from '../../report/exit-texts.ts';
import { type CliCommand, command } from '../command.ts';
import { remoteFlags } from './remote-flags.ts';

/** `rc-wait remote` */
export const remoteCommand: CliCommand = command({
  name: 'remote',
  summary: 'Wait for servers from elsewhere, by the Cloud Servers API',
  operands: '[SERVER...]',
  flags: remoteFlags,
  ownVariables: ['managed'],
  lists: ['name', 'metadata', 'regions'],
  examples: [
    ['$0 remote web-1 web-2', 'two servers, by name or id, in the default region'],
    ['$0 remote --name "web-*" --regions ord,dfw', 'whatever is called so, in two regions'],
    ["$0 remote --all --exec 'ansible-playbook -i {ip}, site.yml'", 'configure each server once it is ready'],
    [
      '$0 remote --name "web-*" --report web.html',
      'and a page for a browser: who was ready when, who failed, and why',
    ],
    ['$0 remote --metadata stack=shop --output json', 'for a script: one document, and the exit status'],
  ],
  notes: [
    'Credentials: RAX_USERNAME and RAX_API_KEY, OS_* variables with OS_AUTH_URL, or clouds.yaml; never a flag. No proxy is used.',
    exitStatuses({
      0: 'all are DEPLOYED',
      1: 'one FAILED or was deleted, or its --exec failed',
      3: 'one is UNPROCESSABLE, or without RackConnect',
      64: 'wrong flags, no such server or region, or a file of --report that cannot be written',
      69: 'the API gave no usable answer',
      77: 'the credentials were refused',
      124: 'the deadline passed',
    }),
    'The worst server decides, in the order 1, 3, 77, 69, 124, 0.',
  ].join(' '),
  run: async (args, io, operands) => (await import('../../app/remote/wait.ts')).remote(args, io, operands),
});
