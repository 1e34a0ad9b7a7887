import { RcWaitError } from '../../base/error.ts';
import { rackspaceRegion } from '../../host/rackspace-region.ts';
import { parseCatalog } from '../../openstack/catalog.ts';
import { documentedCatalog, regionCode } from '../../openstack/documented.ts';
import { chooseEndpoints, type NetworkScope } from '../../openstack/endpoints.ts';
import { regionIn } from '../../openstack/login/settings.ts';
import type { Catalog } from '../../openstack/types.ts';
import { endpointsDocument, endpointsEnv, endpointsTable } from '../../report/endpoints.ts';
import { exitOfCode } from '../../report/exit.ts';
import { clean } from '../../report/words.ts';
import type { Io } from '../io.ts';
import { readInput, readText } from '../named-file.ts';
import type { LoginOptions } from '../options.ts';
import { caFor, credentialsOf, openLogin } from './login.ts';

/** Which endpoints to list, and how to find them. */
interface EndpointsOptions extends LoginOptions {
  readonly catalog: string | undefined;
  readonly region: string | undefined;
  readonly regions: string | undefined;
  readonly network: NetworkScope;
  readonly tenant: string | undefined;
  readonly probe: boolean;
  readonly 'ca-file': string | undefined;
  readonly output: 'human' | 'json' | 'env';
}

/**
 * `rc-wait endpoints`: prints the endpoints of the service that the operand names, or of all services; resolves
 * to the exit status.
 */
export async function endpoints(
  args: EndpointsOptions,
  io: Io,
  operands: readonly string[],
): Promise<number> {
  const [service, ...more] = operands;
  if (more.length > 0) {
    throw new RcWaitError(
      'USAGE',
      `cannot choose endpoints of ${operands.join(' and ')} at once: one service is expected`,
      { hint: 'without a name all services are shown' },
    );
  }
  const report = await endpointsFor(service, args, io);
  if (args.output === 'json') io.out(`${JSON.stringify(endpointsDocument(report))}\n`);
  else io.out(args.output === 'env' ? endpointsEnv(report) : endpointsTable(report));
  return report.probes.every(({ reached }) => reached) ? 0 : exitOfCode('API_UNAVAILABLE');
}

/**
 * The endpoints of a service, or of all services, to use from this host; with `probe`, also whether they
 * answer.
 * @throws RcWaitError CONFIGURATION, API_REFUSED or API_UNAVAILABLE
 */
async function endpointsFor(service: string | undefined, args: EndpointsOptions, io: Io) {
  const named = [...new Set(listIn(args.regions, args.region).map(regionCode))];
  const { catalog, source, region, caPem } = await catalogFor(service, args, io, named);
  const regions = named.length === 0 && region !== undefined ? [region.toUpperCase()] : named;
  const serverRegion = await rackspaceRegion();
  const choice = chooseEndpoints(
    catalog,
    {
      service,
      regions,
      network: args.network,
      tenantId: args.tenant,
    },
    { region: serverRegion },
  );
  const probes = args.probe ? await (await import('./probe.ts')).probeAll(choice, caPem, io.signal) : [];
  return { ...choice, source, serverRegion, probes };
}

/** The values of the flags, separated by commas or white space. */
function listIn(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.flatMap((text) => (text ?? '').split(/[\s,]+/)).filter((one) => one !== '');
}

interface Found {
  readonly catalog: Catalog;
  readonly source: 'catalog' | 'login' | 'documentation';
  /** the region that the environment or else the credentials name; undefined: neither does */
  readonly region: string | undefined;
  /** the certificates to trust; undefined: the built-in ones */
  readonly caPem: string | undefined;
}

/** The catalog: from the file, from the account, or as far as the documentation goes. */
async function catalogFor(
  service: string | undefined,
  args: EndpointsOptions,
  io: Io,
  regions: readonly string[],
): Promise<Found> {
  const region = regionIn(io.env);
  if (args.catalog !== undefined) {
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
      const login = openLogin(credentials, http, args, { onNotice });
      const { catalog } = await login.session(io.signal);
      return { catalog, source: 'login', region: credentials.region, caPem };
    } finally {
      http.close();
    }
  }
  const why = credentials?.why;
  if (why !== undefined) onNotice(`${why.message}; ${why.hint}`);
  return { catalog: documentedCatalog(args.tenant), source: 'documentation', region, caPem: caIn(args) };
}

/** Without a login only probes send requests, so only they need certificates. */
function caIn(args: EndpointsOptions): string | undefined {
  return args['ca-file'] === undefined || !args.probe ? undefined : readText(args['ca-file'], '--ca-file');
}
