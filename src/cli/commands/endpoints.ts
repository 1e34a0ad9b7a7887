import type { Options } from 'yargs';
import type { Io } from '../../app/io.ts';
import { caFor, credentialsOf, openLogin } from '../../app/login.ts';
import { readInput, readText } from '../../app/named-file.ts';
import { RcWaitError } from '../../base/error.ts';
import { placeOfThis } from '../../host/rackspace-region.ts';
import type { Choice, NetworkWish } from '../../openstack/endpoints.ts';
import type { Connect } from '../../openstack/probe.ts';
import type { Catalog } from '../../openstack/types.ts';
import { clean } from '../../report/words.ts';
import { loginFlags } from '../args/login.ts';
import { type Args, type Command, command } from '../command.ts';

const endpointsFlags = {
  catalog: {
    string: true,
    requiresArg: true,
    describe:
      "File with the identity API's answer, v2.0 or v3; - reads standard input (default: the login's, else the documented endpoints)",
  },
  region: {
    string: true,
    requiresArg: true,
    describe:
      'Region of the endpoint (default: RAX_REGION, OS_REGION_NAME, of clouds.yaml, of this server, of the account, else all)',
  },
  regions: {
    string: true,
    requiresArg: true,
    describe:
      'Regions with commas between them: for servers in several of them, which share the public endpoints',
  },
  network: {
    requiresArg: true,
    choices: ['auto', 'servicenet', 'public'],
    default: 'auto',
    describe:
      'auto: ServiceNet from a Rackspace server in the same region, the public endpoint from anywhere else',
  },
  tenant: {
    string: true,
    requiresArg: true,
    describe: 'The account, where the catalog has endpoints of several',
  },
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
  'ca-file': {
    string: true,
    requiresArg: true,
    describe: 'PEM file with the certificates to trust instead of the built-in ones',
  },
} as const satisfies Record<string, Options>;

type EndpointsArgs = Args<typeof endpointsFlags>;

/** `rc-wait endpoints` */
export const endpointsCommand: Command = command({
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
  notes:
    'Exit status: 0 chosen (with --probe: and reached); 64 no such service or region, an ambiguous one, or no catalog; 69 an endpoint that was probed, or the identity API, did not answer; 77 the credentials were refused.',
  run: endpoints,
});

async function endpoints(args: EndpointsArgs, io: Io, operands: readonly string[]): Promise<number> {
  const [service, ...more] = operands;
  if (more.length > 0) {
    throw new RcWaitError(
      'USAGE',
      `cannot choose endpoints of ${operands.join(' and ')} at once: one service is expected`,
      {
        hint: 'without a name all services are shown',
      },
    );
  }
  const { regionCode } = await import('../../openstack/documented.ts');
  const named = [...new Set(listIn(args.regions, args.region).map(regionCode))];
  const { catalog, source, region, caPem } = await catalogFor(service, args, io, named);
  const regions = named.length === 0 && region !== undefined ? [region.toUpperCase()] : named;
  const { chooseEndpoints } = await import('../../openstack/endpoints.ts');
  const serverRegion = await placeOfThis();
  const choice = chooseEndpoints(
    catalog,
    {
      service,
      regions,
      network: args.network as NetworkWish,
      tenantId: args.tenant,
    },
    { region: serverRegion },
  );
  const probes = args.probe ? await probeAll(choice, caPem, io) : [];
  const { endpointsDocument, endpointsEnv, endpointsTable } = await import('../../report/endpoints.ts');
  const report = { ...choice, source, serverRegion, probes };
  if (args.output === 'json') io.out(`${JSON.stringify(endpointsDocument(report))}\n`);
  else io.out(args.output === 'env' ? endpointsEnv(report) : endpointsTable(report));
  return probes.every(({ reached }) => reached) ? 0 : 69;
}

/** What flags name, with commas or white space between them. */
function listIn(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.flatMap((text) => (text ?? '').split(/[\s,]+/)).filter((one) => one !== '');
}

interface Found {
  readonly catalog: Catalog;
  readonly source: 'catalog' | 'login' | 'documentation';
  /** that the environment names, or else the credentials; undefined: neither does */
  readonly region: string | undefined;
  /** the certificates to trust; undefined: the built-in ones */
  readonly caPem: string | undefined;
}

/** The catalog: the file's, the account's, or as far as the documentation goes. */
async function catalogFor(
  service: string | undefined,
  args: EndpointsArgs,
  io: Io,
  regions: readonly string[],
): Promise<Found> {
  const { regionIn } = await import('../../openstack/login/settings.ts');
  const region = regionIn(io.env);
  if (args.catalog !== undefined) {
    const { parseCatalog } = await import('../../openstack/catalog.ts');
    const text = await readInput(args.catalog, '--catalog', io.signal);
    return {
      catalog: parseCatalog(text, args.catalog === '-' ? 'from standard input' : args.catalog),
      source: 'catalog',
      region,
      caPem: caIn(args),
    };
  }
  const onNotice = (notice: string): void => io.err(`rc-wait: warning: ${clean(notice)}\n`);
  const credentials =
    service?.toLowerCase() === 'rackconnect' ? undefined : await credentialsOf(args, io.env, regions);
  if (credentials !== undefined && !('kind' in credentials)) {
    for (const notice of credentials.notices) onNotice(notice);
    const { createHttp } = await import('../../http/client.ts');
    const caPem = caFor(args['ca-file'], credentials, io.env);
    const http = createHttp(caPem);
    try {
      const login = await openLogin(credentials, http, args, { onNotice });
      const { catalog } = await login.session(io.signal);
      return { catalog, source: 'login', region: credentials.region, caPem };
    } finally {
      http.close();
    }
  }
  const why = credentials?.why;
  if (why !== undefined) onNotice(`${why.message}; ${why.hint}`);
  const { documentedCatalog } = await import('../../openstack/documented.ts');
  return { catalog: documentedCatalog(args.tenant), source: 'documentation', region, caPem: caIn(args) };
}

/** Without a login there is nothing to ask but what is probed. */
function caIn(args: EndpointsArgs): string | undefined {
  return args['ca-file'] === undefined || !args.probe ? undefined : readText(args['ca-file'], '--ca-file');
}

async function probeAll({ chosen }: Choice, caPem: string | undefined, io: Io) {
  const { createHttp } = await import('../../http/client.ts');
  const { probeEndpoint } = await import('../../openstack/probe.ts');
  const { tcpProbe } = await import('../../network/probes/tcp.ts');
  const http = createHttp(caPem);
  try {
    const connect: Connect = (to, signal) => tcpProbe(to).attempt(signal);
    return await Promise.all(chosen.map((one) => probeEndpoint(one, { http, connect }, io.signal)));
  } finally {
    http.close();
  }
}
