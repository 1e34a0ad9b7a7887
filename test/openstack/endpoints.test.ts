import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RcWaitError } from '../../src/base/error.ts';
import { readCatalog } from '../../src/openstack/catalog.ts';
import { documentedCatalog, documentedRegions, regionCode } from '../../src/openstack/documented.ts';
import { chooseEndpoints, type EndpointRequest, type NetworkScope } from '../../src/openstack/endpoints.ts';
import { account, madeUrl, v2, v3 } from './catalogs.ts';

const request = (part: Partial<EndpointRequest> = {}): EndpointRequest => ({
  service: 'cloudQueues',
  regions: [],
  network: 'auto',
  tenantId: undefined,
  ...part,
});

/** The message of what `work` throws, with its hint. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RcWaitError) return `${error.code}: ${error.message} (${error.hint ?? ''})`;
    throw error;
  }
  return 'nothing was thrown';
}

describe('the documented endpoints', () => {
  it.each([
    ['ORD', 'https://ord.images.api.rackspacecloud.com/v2/'],
    ['DFW', 'https://dfw.images.api.rackspacecloud.com/v2/'],
    ['IAD', 'https://iad.images.api.rackspacecloud.com/v2/'],
    ['LON', 'https://lon.images.api.rackspacecloud.com/v2/'],
    ['SYD', 'https://syd.images.api.rackspacecloud.com/v2'],
    ['HKG', 'https://hkg.images.api.rackspacecloud.com/v2'],
  ])('of Cloud Images in %s, letter for letter, by name and by type', (region, url) => {
    for (const service of ['cloudImages', 'image', 'CLOUDIMAGES']) {
      const { chosen } = chooseEndpoints(
        documentedCatalog(undefined),
        request({ service, regions: [region] }),
        {
          region: undefined,
        },
      );
      expect(chosen).toEqual([
        expect.objectContaining({ service: 'cloudImages', type: 'image', region, network: 'public', url }),
      ]);
    }
  });

  it.each(['dfw', 'hkg', 'iad', 'lon', 'ord', 'syd'])('of RackConnect and Cloud Servers in %s', (code) => {
    const region = code.toUpperCase();
    const of = (service: string) =>
      chooseEndpoints(documentedCatalog('123456'), request({ service, regions: [region] }), { region })
        .chosen[0];
    expect(of('rackconnect')).toMatchObject({
      network: 'servicenet',
      url: `https://${code}.api.rackconnect.rackspace.com`,
    });
    expect(of('compute')).toMatchObject({
      service: 'cloudServersOpenStack',
      url: `https://${code}.servers.api.rackspacecloud.com/v2/123456`,
    });
  });

  it('of Cloud Servers need the account', () => {
    expect(
      refusal(() =>
        chooseEndpoints(documentedCatalog(undefined), request({ service: 'compute' }), { region: undefined }),
      ),
    ).toMatch(/the catalog has no such service \(it has cloudImages, rackconnect\)/);
  });
});

describe('every region, place, catalog shape and override', () => {
  const places = [undefined, ...documentedRegions];
  const shapes = [true, false].flatMap((internal) =>
    [true, false].flatMap((lowerCase) =>
      [true, false].flatMap((slash) =>
        [true, false].map((tenantInPath) => ({ internal, lowerCase, slash, tenantInPath })),
      ),
    ),
  );
  const networks: readonly NetworkScope[] = ['auto', 'servicenet', 'public'];

  it.each(documentedRegions)('%s: 672 combinations come out as the documentation says', (region) => {
    let combinations = 0;
    for (const shape of shapes) {
      for (const [read, catalog] of [
        ['v2', readCatalog(v2(shape))],
        ['v3', readCatalog(v3(shape))],
      ] as const) {
        for (const place of places) {
          for (const network of networks) {
            combinations += 1;
            const what = JSON.stringify({ shape, read, place, network });
            const choose = () =>
              chooseEndpoints(catalog, request({ regions: [region], network }), { region: place });
            if (network === 'servicenet' && !shape.internal) {
              expect(refusal(choose), what).toMatch(
                /cannot use the ServiceNet endpoint of cloudQueues in .*the catalog has none/,
              );
              continue;
            }
            const inside = place === region && shape.internal;
            const expected = network === 'auto' ? (inside ? 'servicenet' : 'public') : network;
            const [one, ...others] = choose().chosen;
            expect(others, what).toEqual([]);
            expect(one, what).toMatchObject({
              region,
              network: expected,
              url: madeUrl(region, expected, shape),
            });
            const lacking = network === 'auto' && place === region && !shape.internal;
            expect(one?.reason.includes('no ServiceNet endpoint (internalURL)'), what).toBe(lacking);
          }
        }
      }
    }
    expect(combinations).toBe(672);
  });

  it('several regions share the public endpoints, wherever this runs', () => {
    for (const place of places) {
      const catalog = readCatalog(v2({ internal: true, lowerCase: false, slash: false, tenantInPath: true }));
      const { chosen } = chooseEndpoints(catalog, request({ regions: ['ORD', 'DFW'] }), { region: place });
      expect(chosen.map(({ network, region }) => [network, region])).toEqual([
        ['public', 'ORD'],
        ['public', 'DFW'],
      ]);
    }
  });
});

describe('a region that was not named', () => {
  const catalog = readCatalog(account);
  const regionsOf = (service: string, place: string | undefined, of = catalog) =>
    chooseEndpoints(of, request({ service }), { region: place }).chosen.map(({ region }) => region);

  it("is this server's, else the account's default, else all that the service has", () => {
    expect(regionsOf('cloudImages', 'LON')).toEqual(['LON']);
    expect(regionsOf('cloudImages', undefined)).toEqual(['ORD']);
    expect(regionsOf('cloudImages', undefined, { ...catalog, defaultRegion: undefined })).toEqual(
      documentedRegions,
    );
    // A default region that the service is not in says nothing about it.
    expect(regionsOf('cloudFiles', undefined, { ...catalog, defaultRegion: 'SYD' })).toEqual(['ORD']);
  });

  it('is none where the service has one endpoint for all', () => {
    expect(
      chooseEndpoints(catalog, request({ service: 'rax:dns', regions: ['LON'] }), { region: 'LON' }).chosen,
    ).toEqual([
      {
        service: 'cloudDNS',
        type: 'rax:dns',
        region: undefined,
        tenantId: '123456',
        network: 'public',
        url: 'https://dns.api.rackspacecloud.com/v1.0/123456',
        reason: 'the service has one endpoint for all regions',
      },
    ]);
  });

  it('in which the service is not, is said, with those in which it is', () => {
    expect(
      refusal(() =>
        chooseEndpoints(catalog, request({ service: 'cloudFiles', regions: ['SYD'] }), { region: undefined }),
      ),
    ).toBe('CONFIGURATION: cannot choose an endpoint of cloudFiles: it has none in SYD (it has them in ORD)');
    expect(
      refusal(() =>
        chooseEndpoints(catalog, request({ service: 'rackconnect', regions: ['AMS'] }), {
          region: undefined,
        }),
      ),
    ).toMatch(/rackconnect: it has none in AMS \(it has them in ORD, DFW/);
  });
});

describe('what is ambiguous', () => {
  const catalog = readCatalog(account);
  const elsewhere = { region: undefined };

  it('the type compute means the service with regions, and the old one is had by its name', () => {
    expect(chooseEndpoints(catalog, request({ service: 'compute' }), elsewhere).chosen[0]?.service).toBe(
      'cloudServersOpenStack',
    );
    expect(chooseEndpoints(catalog, request({ service: 'cloudServers' }), elsewhere).chosen[0]?.url).toBe(
      'https://servers.api.rackspacecloud.com/v1.0/123456',
    );
  });

  it('a type of several services with regions is refused, with their names', () => {
    const [images] = catalog.services;
    const twice = {
      ...catalog,
      services: [...catalog.services, { name: 'glance', type: 'image', endpoints: images?.endpoints ?? [] }],
    };
    expect(refusal(() => chooseEndpoints(twice, request({ service: 'image' }), elsewhere))).toMatch(
      /several services have it: cloudImages, glance/,
    );
  });

  it("endpoints of several accounts: the token's own, the one named, or a refusal that names them", () => {
    const of = (tenantId: string) => ({
      region: 'ORD',
      tenantId,
      publicUrl: `https://ord.servers.api.rackspacecloud.com/v2/${tenantId}`,
      internalUrl: undefined,
    });
    const services = [{ name: 'cloudServersOpenStack', type: 'compute', endpoints: [of('1'), of('2')] }];
    const several = { services, tenantId: undefined, defaultRegion: undefined };
    const choose = (own: string | undefined, named: string | undefined) =>
      chooseEndpoints(
        { ...several, tenantId: own },
        request({ service: 'compute', tenantId: named }),
        elsewhere,
      ).chosen[0]?.tenantId;
    expect(choose('2', undefined)).toBe('2');
    expect(choose('2', '1')).toBe('1');
    expect(refusal(() => choose(undefined, undefined))).toMatch(
      /there are 2 that differ \(they are of the accounts 1, 2; name one with --tenant\)/,
    );
    expect(refusal(() => choose('9', undefined))).toMatch(/there are 2 that differ/);
    expect(refusal(() => choose('2', '3'))).toMatch(/none for the account 3 \(it has them for 1, 2\)/);
  });

  it('one endpoint that is listed twice, once with a slash at its end, is one', () => {
    const endpoint = {
      region: 'ORD',
      tenantId: '1',
      publicUrl: 'https://a.example/v2',
      internalUrl: undefined,
    };
    const endpoints = [endpoint, { ...endpoint, publicUrl: 'https://a.example/v2/' }];
    const twice = {
      services: [{ name: 'a', type: 'a', endpoints }],
      tenantId: undefined,
      defaultRegion: undefined,
    };
    expect(chooseEndpoints(twice, request({ service: 'a' }), elsewhere).chosen[0]?.url).toBe(
      'https://a.example/v2',
    );
  });

  it('rackconnect has no public endpoint', () => {
    expect(
      refusal(() =>
        chooseEndpoints(catalog, request({ service: 'rackconnect', network: 'public' }), elsewhere),
      ),
    ).toMatch(/cannot use a public endpoint of rackconnect: there is none/);
  });
});

describe('all services at once', () => {
  it('are shown with rackconnect, and those without an endpoint in the region are named as left out', () => {
    const { chosen, left } = chooseEndpoints(
      readCatalog(account),
      request({ service: undefined, regions: ['LON'] }),
      {
        region: 'LON',
      },
    );
    expect(chosen.map(({ service, network }) => `${service} ${network}`)).toEqual([
      'cloudImages public',
      'cloudServers public',
      'cloudDNS public',
      'rackconnect servicenet',
    ]);
    expect(left.map(({ service }) => service)).toEqual(['cloudServersOpenStack', 'cloudFiles']);
  });
});

describe('the code of a region', () => {
  it('is upper case, however it is written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...documentedRegions),
        fc.array(fc.boolean()),
        fc.constantFrom('', ' ', '\t'),
        (region, cases, space) => {
          const written = [...region]
            .map((letter, at) => (cases[at] ? letter.toLowerCase() : letter))
            .join('');
          expect(regionCode(space + written + space)).toBe(region);
        },
      ),
    );
  });

  it.each(['', '{}', 'o r d', 'ord;rm', 'é'])('is not %j', (text) => {
    expect(refusal(() => regionCode(text))).toMatch(/^CONFIGURATION: cannot use the region /);
  });
});
