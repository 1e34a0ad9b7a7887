import { RcWaitError } from '../base/error.ts';
import { withoutTrailing } from '../base/text.ts';
import type { Catalog, CatalogEndpoint, CatalogService } from './types.ts';

/** The services with that name, in any case; if there are none, those with that type. */
export function servicesNamed({ services }: Catalog, wanted: string): readonly CatalogService[] {
  const word = wanted.trim().toLowerCase();
  const byName = services.filter(({ name }) => name.toLowerCase() === word);
  return byName.length > 0 ? byName : services.filter(({ type }) => type.toLowerCase() === word);
}

/** The regions in which a service has endpoints, in the catalog's order. */
export function regionsOf({ endpoints }: CatalogService): readonly string[] {
  return [...new Set(endpoints.map(({ region }) => region).filter((region) => region !== undefined))];
}

/**
 * The one endpoint of a service in a region.
 * @param region upper case; undefined: the one endpoint of a service without regions
 * @param tenantId the preferred account if several have an endpoint
 * @param onlyTenant whether endpoints of other accounts are refused
 * @throws RcWaitError CONFIGURATION when there is no endpoint, or several that differ
 */
export function endpointsIn(
  service: CatalogService,
  region: string | undefined,
  tenantId: string | undefined,
  onlyTenant: boolean,
): CatalogEndpoint {
  // A service may have regional endpoints and also one for all regions: prefer the regional ones.
  const there = service.endpoints.filter((endpoint) => endpoint.region === region);
  if (there.length === 0) throw nothingThere(service, region);
  const own = there.filter((endpoint) => tenantId !== undefined && endpoint.tenantId === tenantId);
  const fitting =
    own.length > 0 ? own : there.filter((endpoint) => !onlyTenant || endpoint.tenantId === undefined);
  const different = fitting.filter(
    (endpoint, index) => fitting.findIndex((other) => isSame(endpoint, other)) === index,
  );
  const [only, ...others] = different;
  if (only !== undefined && others.length === 0) return only;
  const where = region === undefined ? '' : ` in ${region}`;
  const accounts = [...new Set(there.map((endpoint) => endpoint.tenantId ?? 'no account'))].join(', ');
  if (only === undefined) {
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot choose an endpoint of ${service.name}${where}: it has none for the account ${tenantId}`,
      {
        hint: `it has them for ${accounts}`,
      },
    );
  }
  throw new RcWaitError(
    'CONFIGURATION',
    `cannot choose an endpoint of ${service.name}${where}: there are ${different.length} that differ`,
    {
      hint: `they are of the accounts ${accounts}; name one with --tenant`,
    },
  );
}

/** Equal except for trailing slashes, which vary. */
function isSame(one: CatalogEndpoint, other: CatalogEndpoint): boolean {
  return bare(one.publicUrl) === bare(other.publicUrl) && bare(one.internalUrl) === bare(other.internalUrl);
}

const bare = (url: string | undefined): string | undefined =>
  url === undefined ? undefined : withoutTrailing(url, '/');

function nothingThere(service: CatalogService, region: string | undefined): RcWaitError {
  const own = regionsOf(service);
  return new RcWaitError(
    'CONFIGURATION',
    `cannot choose an endpoint of ${service.name}: it has none${region === undefined ? '' : ` in ${region}`}`,
    own.length === 0 ? {} : { hint: `it has them in ${own.join(', ')}` },
  );
}
