import type { Options } from 'yargs';
import { exitStatuses } from '../../report/exit-texts.ts';
import { textFlag } from '../args/flags.ts';
import { loginFlags } from '../args/login.ts';
import { type CliCommand, command } from '../command.ts';

const endpointsFlags = {
  catalog: textFlag(
    "File with the identity API's answer, v2.0 or v3; - reads standard input (default: the login's, else the documented endpoints)",
  ),
  region: textFlag(
    'Region of the endpoint (default: RAX_REGION, OS_REGION_NAME, of clouds.yaml, of this server, of the account, else all)',
  ),
  regions: textFlag(
    'Regions with commas between them: for servers in several of them, which share the public endpoints',
  ),
  network: {
    requiresArg: true,
    choices: ['auto', 'servicenet', 'public'],
    default: 'auto',
    describe:
      'auto: ServiceNet from a Rackspace server in the same region, the public endpoint from anywhere else',
  },
  tenant: textFlag('The account, where the catalog has endpoints of several'),
  probe: {
    boolean: true,
    default: false,
    describe: 'Ask each endpoint, and say whether and how fast it answers',
  },
  output: {
    requiresArg: true,
    choices: ['human', 'json', 'env'],
    default: 'human',
    describe: 'A table, a document, or assignments for eval in a shell',
  },
  ...loginFlags,
  'ca-file': textFlag('PEM file with the certificates to trust instead of the built-in ones'),
} as const satisfies Record<string, Options>;

/** `rc-wait endpoints` */
export const endpointsCommand: CliCommand = command({
  name: 'endpoints',
  summary: 'Which endpoint of a service to use from here',
  operands: '[SERVICE]',
  flags: endpointsFlags,
  ownVariables: ['probe'],
  lists: ['regions'],
  examples: [
    ['$0 endpoints cloudImages', 'by name, or by type: image'],
    ['$0 endpoints --catalog answer.json', 'every service of an account'],
    ['$0 endpoints rackconnect --region ord', 'the API that no catalog lists'],
    ['eval "$($0 endpoints cloudImages --region ord --output env)"', 'then "$ENDPOINT/images" in a script'],
  ],
  notes: exitStatuses({
    0: 'chosen (with --probe: and reached)',
    64: 'wrong flags, no such service or region, an ambiguous one, or no catalog',
    69: 'an endpoint that was probed, or the identity API, did not answer',
    77: 'the credentials were refused',
  }),
  run: async (args, io, operands) =>
    (await import('../../app/cloud/endpoints.ts')).endpoints(args, io, operands),
});
