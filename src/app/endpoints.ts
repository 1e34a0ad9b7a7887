import { rackspaceRegion } from '../host/rackspace-region.ts';
import type { Choice, NetworkWish } from '../openstack/endpoints.ts';
import type { Connect } from '../openstack/probe.ts';
import type { Catalog } from '../openstack/types.ts';
import { clean } from '../report/words.ts';
import type { Io } from './io.ts';
import { caFor, credentialsOf, openLogin } from './login.ts';
import { readInput, readText } from './named-file.ts';
import type { LoginOptions } from './options.ts';

/** Which endpoints to list, and how to find them. */
interface EndpointsOptions extends LoginOptions {
  readonly catalog: string | undefined;
  readonly region: string | undefined;
  readonly regions: string | undefined;
  readonly network: NetworkWish;
  readonly tenant: string | undefined;
  readonly probe: boolean;
  readonly 'ca-file': string | undefined;
}

/**
 * The endpoints of a service, or of all services, to use from this host; with `probe`, also whether they
 * answer.
 * @throws RcWaitError CONFIGURATION, API_REFUSED or API_UNAVAILABLE
 */
export async function endpointsFor(service: string | undefined, args: EndpointsOptions, io: Io) {
  const { regionCode } = await import('../openstack/documented.ts');
  const named = [...new Set(listIn(args.regions, args.region).map(regionCode))];
  const { catalog, source, region, caPem } = await catalogFor(service, args, io, named);
  const regions = named.length === 0 && region !== undefined ? [region.toUpperCase()] : named;
  const { chooseEndpoints } = await import('../openstack/endpoints.ts');
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
  const probes = args.probe ? await probeAll(choice, caPem, io) : [];
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
  const { regionIn } = await import('../openstack/login/settings.ts');
  const region = regionIn(io.env);
  if (args.catalog !== undefined) {
    const { parseCatalog } = await import('../openstack/catalog.ts');
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
    const { createHttp } = await import('../http/client.ts');
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
  const { documentedCatalog } = await import('../openstack/documented.ts');
  return { catalog: documentedCatalog(args.tenant), source: 'documentation', region, caPem: caIn(args) };
}

/** Without a login only probes send requests, so only they need certificates. */
function caIn(args: EndpointsOptions): string | undefined {
  return args['ca-file'] === undefined || !args.probe ? undefined : readText(args['ca-file'], '--ca-file');
}

async function probeAll({ chosen }: Choice, caPem: string | undefined, io: Io) {
  const { createHttp } = await import('../http/client.ts');
  const { probeEndpoint } = await import('../openstack/probe.ts');
  const { tcpProbe } = await import('../network/probes/tcp.ts');
  const http = createHttp(caPem);
  try {
    const connect: Connect = (to, signal) => tcpProbe(to).attempt(signal);
    return await Promise.all(chosen.map((one) => probeEndpoint(one, { http, connect }, io.signal)));
  } finally {
    http.close();
  }
}
