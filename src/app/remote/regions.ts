import { systemClock } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { RcWaitError } from '../../base/error.ts';
import { rackspaceRegion } from '../../host/rackspace-region.ts';
import { createHttp } from '../../http/client.ts';
import { createServers, type ServersApi } from '../../openstack/compute.ts';
import { regionCode } from '../../openstack/documented.ts';
import { chooseEndpoints } from '../../openstack/endpoints.ts';
import { regionsOf, servicesNamed } from '../../openstack/find.ts';
import type { Credentials } from '../../openstack/login/credentials.ts';
import type { Catalog } from '../../openstack/types.ts';
import { firstSession } from '../../remote/first-login.ts';
import type { RemoteTally } from '../../remote/types.ts';
import { caFor, credentialsOf, noCredentials, openLogin } from '../cloud/login.ts';
import type { Io } from '../io.ts';
import type { RemoteOptions } from '../options.ts';

/** The Cloud Servers APIs of the chosen regions, logged in. */
export interface OpenRegions {
  readonly regions: readonly { readonly code: string; readonly api: ServersApi }[];
  close(): void;
}

interface OpenOptions {
  readonly tally: RemoteTally;
  /** on the system's clock, in ms */
  readonly deadlineMs: number;
  readonly onNotice: (notice: string) => void;
}

/** Rackspace's name of the service; a private cloud mostly calls it `nova`. */
const usualService = 'cloudServersOpenStack';

/**
 * Logs in and finds the endpoints of Cloud Servers in the catalog. If identity gives no usable answer, it
 * tries until the deadline.
 * @throws RcWaitError CONFIGURATION, API_REFUSED or API_UNAVAILABLE
 */
export async function openRegions(
  args: RemoteOptions,
  io: Io,
  { tally, deadlineMs, onNotice }: OpenOptions,
): Promise<OpenRegions> {
  const written = (args.regions ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const all = written.some((one) => one.toLowerCase() === 'all');
  const wanted = all ? [] : [...new Set(written.map(regionCode))];
  const credentials = await credentialsOf(args, io.env, wanted);
  if ('kind' in credentials) throw credentials.why ?? noCredentials(io);
  for (const notice of credentials.notices) onNotice(notice);
  const http = createHttp(caFor(args['ca-file'], credentials, io.env));
  const onRequest = (): void => {
    tally.sent += 1;
  };
  try {
    const login = openLogin(credentials, http, args, { onNotice, onRequest });
    const { catalog } = await firstSession({
      login,
      clock: systemClock,
      random: Math.random,
      deadlineMs,
      signal: io.signal,
      onTrouble: troubleNotices(tally, onNotice),
    });
    const service = args.service ?? credentials.computeService ?? usualService;
    requireService(catalog, service);
    const codes = wanted.length > 0 ? wanted : defaultRegions(catalog, service, credentials, all);
    const endpoints = await endpointsFor(catalog, service, codes, args.tenant);
    const regions = endpoints.map(({ code, url }) => ({
      code,
      api: createServers({ endpoint: url, login, http, onRequest }),
    }));
    return { regions, close: () => http.close() };
  } catch (error) {
    http.close();
    throw error;
  }
}

/** Reports each reason for a failed login once: repeating it would print a line every few seconds for an hour. */
function troubleNotices(
  tally: RemoteTally,
  onNotice: (notice: string) => void,
): (reason: string, inMs: number) => void {
  let said: string | undefined;
  return (reason, inMs) => {
    tally.failed += 1;
    if (reason !== said) onNotice(`${reason}; trying again in ${formatDuration(inMs)}`);
    said = reason;
  };
}

/** @throws RcWaitError CONFIGURATION, with the possible services, if no service has that name or type */
function requireService(catalog: Catalog, service: string): void {
  if (servicesNamed(catalog, service).length > 0) return;
  const others = servicesNamed(catalog, 'compute').filter((one) => regionsOf(one).length > 0);
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(', ');
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot find the servers: the catalog has no service ${service}, and of type compute it has ${names}`,
    { hint: `name the service with --service, such as --service ${others[0]?.name}` },
  );
}

/** If no region is named: the credentials' region, the account's own, or the only one there is. */
function defaultRegions(
  catalog: Catalog,
  service: string,
  { region }: Credentials,
  all: boolean,
): readonly string[] {
  const own = servicesNamed(catalog, service).flatMap(regionsOf);
  if (all) return own;
  if (region !== undefined) return [region.toUpperCase()];
  if (catalog.defaultRegion !== undefined) return [catalog.defaultRegion];
  if (own.length === 1) return own;
  throw new RcWaitError('CONFIGURATION', 'cannot tell the region of the servers: none is named', {
    hint: `name it with --regions or OS_REGION_NAME; the account has ${own.join(', ') || 'none'}`,
  });
}

/** Chooses endpoints by the rule of `rc-wait endpoints`, from where this runs. */
async function endpointsFor(
  catalog: Catalog,
  service: string,
  regions: readonly string[],
  tenantId: string | undefined,
): Promise<readonly { readonly code: string; readonly url: string }[]> {
  const target = { service, regions, network: 'auto' as const, tenantId };
  const { chosen } = chooseEndpoints(catalog, target, { region: await rackspaceRegion() });
  return chosen.map(({ region, url }) => ({ code: region ?? 'all regions', url }));
}
