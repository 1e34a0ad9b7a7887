import { RcWaitError } from '../base/error.ts';
import { documentedRegions, rackconnectUrl } from './documented.ts';
import { endpointsIn, regionsOf, servicesNamed } from './find.ts';
import type { Catalog, CatalogEndpoint, CatalogService } from './types.ts';

/** Which network's endpoint to use: by the documentation's rule, or the one named by hand. */
export type NetworkScope = 'auto' | 'servicenet' | 'public';

/** What the caller asks for. */
export interface EndpointRequest {
  /** name or type; undefined: all services */
  readonly service: string | undefined;
  /** upper case; empty: the region where rc-wait runs, else the account's default, else all regions of the service */
  readonly regions: readonly string[];
  readonly network: NetworkScope;
  /** undefined: the token's own account if several have endpoints */
  readonly tenantId: string | undefined;
}

/** Where rc-wait runs. */
export interface ServerPlace {
  /** region of this Rackspace server, upper case; undefined: not a Rackspace server, as far as rc-wait can tell */
  readonly region: string | undefined;
}

/** The endpoint to use, and why. */
export interface Chosen {
  readonly service: string;
  readonly type: string;
  /** undefined: one endpoint for all regions */
  readonly region: string | undefined;
  readonly tenantId: string | undefined;
  readonly network: 'servicenet' | 'public';
  /** unchanged from the catalog or the documentation */
  readonly url: string;
  readonly reason: string;
}

/** What was chosen, and the services without a suitable endpoint (only if all services were asked for). */
export interface Choice {
  readonly chosen: readonly Chosen[];
  readonly left: readonly { readonly service: string; readonly reason: string }[];
}

/**
 * Chooses endpoints ("Service access endpoints", Rackspace's documentation of Cloud Images): on a server in the
 * same region the ServiceNet endpoint (`internalURL`: free and faster); elsewhere, or for servers in several
 * regions, the public one. Many real catalogs lack an `internalURL`, so that is no error: the public endpoint
 * is chosen, and the reason says so.
 * @throws RcWaitError CONFIGURATION when the service or its endpoint in the region is missing or ambiguous
 */
export function chooseEndpoints(catalog: Catalog, request: EndpointRequest, place: ServerPlace): Choice {
  if (request.service !== undefined)
    return { chosen: chooseOne(catalog, request.service, request, place), left: [] };
  const chosen: Chosen[] = [];
  const left: { service: string; reason: string }[] = [];
  for (const service of [...catalog.services, undefined]) {
    try {
      chosen.push(
        ...(service === undefined
          ? chooseRackconnect(catalog, request, place)
          : chooseFrom(service, catalog, request, place)),
      );
    } catch (error) {
      if (!(error instanceof RcWaitError)) throw error;
      left.push({ service: service?.name ?? rackconnect, reason: error.message });
    }
  }
  return { chosen, left };
}

const rackconnect = 'rackconnect';

function chooseOne(
  catalog: Catalog,
  name: string,
  request: EndpointRequest,
  place: ServerPlace,
): readonly Chosen[] {
  if (name.toLowerCase() === rackconnect) return chooseRackconnect(catalog, request, place);
  const services = servicesNamed(catalog, name);
  const [service, ...others] = services.length > 1 ? regionalOnes(services) : services;
  if (service === undefined) throw noService(catalog, name);
  if (others.length > 0) {
    const names = [service, ...others].map((one) => one.name).join(', ');
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot choose an endpoint of type ${name}: several services have it: ${names}`,
      {
        hint: 'name one of them in the place of the type',
      },
    );
  }
  return chooseFrom(service, catalog, request, place);
}

/**
 * The type `compute` is ambiguous: legacy Cloud Servers (`cloudServers`, v1.0), which has no region, shares it
 * with `cloudServersOpenStack`. Whoever asks by type means the regional service.
 */
function regionalOnes(services: readonly CatalogService[]): readonly CatalogService[] {
  const regional = services.filter((service) => regionsOf(service).length > 0);
  return regional.length > 0 ? regional : services;
}

function noService(catalog: Catalog, name: string): RcWaitError {
  const names = [...catalog.services.map((service) => service.name), rackconnect];
  return new RcWaitError(
    'CONFIGURATION',
    `cannot choose an endpoint of ${name}: the catalog has no such service`,
    {
      hint: `it has ${names.join(', ')}`,
    },
  );
}

function chooseFrom(
  service: CatalogService,
  catalog: Catalog,
  request: EndpointRequest,
  place: ServerPlace,
): readonly Chosen[] {
  const own = regionsOf(service);
  const wanted = wantedRegions(catalog, request, place);
  // An account's default region does not apply to services that do not exist there.
  const isDefault = request.regions.length === 0 && place.region === undefined;
  const regions =
    wanted.length === 0 || (isDefault && !wanted.some((one) => own.includes(one))) ? own : wanted;
  if (own.length === 0) return [pick(service, undefined, catalog, request, place)];
  return regions.map((region) => pick(service, region, catalog, request, place));
}

function wantedRegions(
  catalog: Catalog,
  { regions }: EndpointRequest,
  place: ServerPlace,
): readonly string[] {
  if (regions.length > 0) return regions;
  if (place.region !== undefined) return [place.region];
  return catalog.defaultRegion === undefined ? [] : [catalog.defaultRegion];
}

function pick(
  service: CatalogService,
  region: string | undefined,
  catalog: Catalog,
  request: EndpointRequest,
  place: ServerPlace,
): Chosen {
  const endpoint = endpointsIn(
    service,
    region,
    request.tenantId ?? catalog.tenantId,
    request.tenantId !== undefined,
  );
  const { network, reason } = networkFor(endpoint, request, place);
  const url = network === 'servicenet' ? endpoint.internalUrl : endpoint.publicUrl;
  if (url === undefined) {
    const [has, lacks] = network === 'servicenet' ? ['a public', 'ServiceNet'] : ['a ServiceNet', 'public'];
    const where = endpoint.region === undefined ? '' : ` in ${endpoint.region}`;
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot use the ${lacks} endpoint of ${service.name}${where}: the catalog has none`,
      {
        hint: `it has ${has} one; see --network`,
      },
    );
  }
  const { name, type } = service;
  return { service: name, type, region: endpoint.region, tenantId: endpoint.tenantId, network, url, reason };
}

/** The documentation's rule; see `chooseEndpoints`. */
function networkFor(
  endpoint: CatalogEndpoint,
  request: EndpointRequest,
  place: ServerPlace,
): Pick<Chosen, 'network' | 'reason'> {
  if (request.network !== 'auto') return { network: request.network, reason: 'chosen by hand (--network)' };
  const publicly = (reason: string) => ({ network: 'public' as const, reason });
  if (endpoint.region === undefined) return publicly('the service has one endpoint for all regions');
  if (request.regions.length > 1)
    return publicly('for servers in several regions: every one of them reaches the public endpoint');
  if (place.region === undefined) return publicly('this does not seem to be a Rackspace server');
  if (place.region !== endpoint.region)
    return publicly(`this server is in ${place.region}, and the endpoint in ${endpoint.region}`);
  if (endpoint.internalUrl === undefined)
    return publicly(
      `this server is in ${endpoint.region} too, but the catalog has no ServiceNet endpoint (internalURL)`,
    );
  return {
    network: 'servicenet',
    reason: `this server is in ${endpoint.region} too: ServiceNet is free and faster`,
  };
}

/** The RackConnect API is in no catalog and leaves no choice: it answers over ServiceNet only. */
function chooseRackconnect(
  catalog: Catalog,
  request: EndpointRequest,
  place: ServerPlace,
): readonly Chosen[] {
  if (request.network === 'public') {
    throw new RcWaitError('CONFIGURATION', 'cannot use a public endpoint of rackconnect: there is none', {
      hint: 'it answers over ServiceNet alone, to the server that asks; from elsewhere see rc-wait remote',
    });
  }
  const wanted = wantedRegions(catalog, request, place);
  return (wanted.length === 0 ? documentedRegions : wanted).map((region) => {
    if (!documentedRegions.includes(region)) {
      throw new RcWaitError(
        'CONFIGURATION',
        `cannot choose an endpoint of rackconnect: it has none in ${region}`,
        {
          hint: `it has them in ${documentedRegions.join(', ')}`,
        },
      );
    }
    const reason =
      place.region === region
        ? `this server is in ${region} too; the API answers over ServiceNet alone`
        : `the API answers over ServiceNet alone: only servers in ${region} reach it, and this is none`;
    const url = rackconnectUrl(region);
    return {
      service: rackconnect,
      type: rackconnect,
      region,
      tenantId: undefined,
      network: 'servicenet',
      url,
      reason,
    };
  });
}
