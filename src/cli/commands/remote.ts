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
    'Exit status, of the worst server: 1 FAILED, deleted, or its --exec failed; 3 UNPROCESSABLE, or without RackConnect;',
    '77 the credentials were refused; 69 the API gave no usable answer; 124 the deadline passed; 0 all are DEPLOYED.',
    '64 wrong flags, no such server or region, or a file of --report that cannot be written; 129, 130, 143 interrupted.',
  ].join(' '),
  run: async (args, io, operands) => (await import('../../app/remote/wait.ts')).remote(args, io, operands),
});
