import type { Options } from 'yargs';
import { colourFlag, durationFlag, textFlag } from '../args/flags.ts';
import { loginFlags } from '../args/login.ts';

/** The flags of `rc-wait remote`. */
export const remoteFlags = {
  all: { boolean: true, default: false, describe: 'Every server of the account in these regions' },
  name: textFlag('Servers whose name fits this pattern, such as "web-*"; may be given again'),
  metadata: textFlag('Servers that have KEY=VALUE in their metadata; given again, all of them must be there'),
  regions: textFlag(
    "Regions with commas between them, or all (default: that of the credentials, else the account's)",
  ),
  timeout: durationFlag('timeout', 'How long to wait: 90s, 15m, 1h, infinity', '60m'),
  interval: durationFlag('interval', 'How often the API is asked', '5s'),
  managed: {
    boolean: true,
    default: false,
    describe: 'Wait for the second automation of Managed Operations accounts too',
  },
  'no-rackconnect-after': durationFlag(
    'no-rackconnect-after',
    'How long a server may be ACTIVE without a word of RackConnect until it counts as a server without RackConnect',
    '10m',
  ),
  exec: textFlag(
    'Run this as each server becomes ready; {id} {name} {region} {ip} {servicenet_ip} stand for its own',
  ),
  'exec-jobs': {
    string: true,
    requiresArg: true,
    default: '4',
    describe: 'How many of these commands run at the same time',
  },
  'exec-timeout': durationFlag('exec-timeout', 'How long each of these commands may take', '30m'),
  report: textFlag('Write what became of each server to this file, too, as a page for a browser'),
  output: {
    requiresArg: true,
    choices: ['human', 'json', 'ndjson'],
    default: 'human',
    describe: 'The result in words, as one document, or as the last line after one line for each event',
  },
  'log-format': {
    requiresArg: true,
    choices: ['auto', 'human', 'json', 'journal'],
    default: 'auto',
    describe: 'How events are told on standard error: in words, or with json each as a line of NDJSON',
  },
  ...colourFlag,
  quiet: { boolean: true, default: false, describe: 'Say nothing on standard error but warnings and errors' },
  tenant: { string: true, requiresArg: true, describe: 'The account, where the catalog has several' },
  service: textFlag(
    'The compute service by its name in the catalog, such as nova (default: OS_COMPUTE_SERVICE_NAME, else cloudServersOpenStack)',
  ),
  ...loginFlags,
  'ca-file': textFlag('PEM file with the certificates to trust instead of the built-in ones'),
} as const satisfies Record<string, Options>;
