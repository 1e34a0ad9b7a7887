import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCloud, isCloud } from '../../../src/simulator/openstack/cloud.ts';
import { parseCloudScenario } from '../../../src/simulator/openstack/scenario.ts';

const wallStartMs = Date.UTC(2026, 0, 1);
const origin = 'http://cloud.test';

/** A cloud, with a way to ask it at any moment. */
function cloudOf(scenario: string) {
  const cloud = createCloud(parseCloudScenario(`openstack: ${scenario}`, 'test'));
  const request = (
    method: string,
    target: string,
    elapsedMs: number,
    headers: Record<string, string> = {},
    body = '',
  ) => {
    const answer = cloud.handle({
      method,
      target,
      headers,
      body,
      elapsedMs,
      wallMs: wallStartMs + elapsedMs,
      origin,
    });
    return { ...answer, value: answer.body.startsWith('{') ? JSON.parse(answer.body) : undefined };
  };
  const login = (
    elapsedMs = 0,
    auth: unknown = { 'RAX-KSKEY:apiKeyCredentials': { username: 'demo', apiKey: 'demo-api-key' } },
  ) => request('POST', '/identity/v2.0/tokens', elapsedMs, {}, JSON.stringify({ auth }));
  const token: string = login().value?.access?.token?.id ?? 'none';
  const get = (path: string, elapsedMs: number, by = token) =>
    request('GET', `/cloud/ord/v2/123456${path}`, elapsedMs, { 'x-auth-token': by });
  return { cloud, request, login, get, token };
}

const minutes = (count: number): number => count * 60_000;
const at = (elapsedMs: number): string => new Date(wallStartMs + elapsedMs).toISOString();

describe('a server of the simulated cloud', () => {
  const fleet =
    '{fleets: [{count: 1, name: web, activeAfter: 1m, keyAfter: 1m, endsAfter: 5m, managed: {after: 2m}, metadata: {role: web}}]}';

  it('goes from BUILD to DEPLOYED as the documentation tells it', () => {
    const { get, cloud } = cloudOf(fleet);
    const id = cloud.servers[0]?.id;
    const seen = (elapsedMs: number) => {
      const { server } = get(`/servers/${id}`, elapsedMs).value;
      const {
        rackconnect_automation_status: status,
        rax_service_level_automation: managed,
        role,
      } = server.metadata;
      return [server.status, status, managed, server.accessIPv4, role];
    };
    expect(seen(0)).toEqual(['BUILD', undefined, undefined, '', 'web']);
    expect(seen(minutes(1))).toEqual(['ACTIVE', undefined, undefined, '', 'web']);
    expect(seen(minutes(2))).toEqual(['ACTIVE', 'DEPLOYING', 'Pending', '', 'web']);
    expect(seen(minutes(5))).toEqual(['ACTIVE', 'DEPLOYED', 'In Progress', '198.51.0.1', 'web']);
    expect(seen(minutes(7))).toEqual(['ACTIVE', 'DEPLOYED', 'Complete', '198.51.0.1', 'web']);
  });

  it.each([
    ['FAILED', 'ACTIVE', 'FAILED'],
    ['UNPROCESSABLE', 'ACTIVE', 'UNPROCESSABLE'],
    ['ERROR', 'ERROR', undefined],
    ['NONE', 'ACTIVE', undefined],
  ])('may end as %s', (outcome, status, automation) => {
    const { get, cloud } = cloudOf(`{fleets: [{outcomes: {${outcome}: 1}, endsAfter: 1m}]}`);
    const { server } = get(`/servers/${cloud.servers[0]?.id}`, minutes(2)).value;
    expect([server.status, server.metadata.rackconnect_automation_status]).toEqual([status, automation]);
  });

  it('that is deleted is not found, and still listed for those who ask what has changed', () => {
    const { get, cloud } = cloudOf('{fleets: [{vanish: {after: 1m}}]}');
    const id = cloud.servers[0]?.id;
    expect(get(`/servers/${id}`, minutes(2)).status).toBe(404);
    expect(get('/servers/detail', minutes(2)).value.servers).toEqual([]);
    const { servers } = get(`/servers/detail?changes-since=${at(0)}`, minutes(2)).value;
    expect(servers).toEqual([expect.objectContaining({ id, status: 'DELETED' })]);
  });

  it('that is deleted may be what a page begins after, as for Nova since 2014; before that it is not found', () => {
    const fleets = 'fleets: [{count: 2, vanish: {after: 1m}}]';
    const ask = (scenario: string) => {
      const { get, cloud } = cloudOf(scenario);
      return get(`/servers/detail?changes-since=${at(0)}&marker=${cloud.servers[0]?.id}`, minutes(2));
    };
    expect(ask(`{${fleets}}`).value.servers).toHaveLength(1);
    const { status, value } = ask(`{deletedMarkers: false, ${fleets}}`);
    expect(status).toBe(400);
    expect(value.badRequest.message).toMatch(/^marker \[.*\] not found$/);
  });

  it('that was never updated says now each time, and has not changed for those who ask what has', () => {
    const { get, cloud } = cloudOf('{fleets: [{activeAfter: 5m}]}');
    const id = cloud.servers[0]?.id;
    const seen = (elapsedMs: number) => [
      get(`/servers/${id}`, elapsedMs).value.server.updated,
      get(`/servers/detail?changes-since=${at(0)}`, elapsedMs).value.servers.length,
    ];
    expect(seen(minutes(1))).toEqual([at(minutes(1)).replace('.000', ''), 0]);
    expect(seen(minutes(2))).toEqual([at(minutes(2)).replace('.000', ''), 0]);
    expect(seen(minutes(6))).toEqual([at(minutes(5)).replace('.000', ''), 1]);
  });
});

describe('the list of servers', () => {
  it('comes in pages, each server once, whatever the size of a page', () => {
    const { get, cloud } = cloudOf('{fleets: [{count: 57}, {count: 3, region: DFW}]}');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), (limit) => {
        const ids: string[] = [];
        let marker = '';
        for (;;) {
          const { servers, servers_links } = get(`/servers/detail?limit=${limit}${marker}`, 0).value;
          ids.push(...servers.map(({ id }: { id: string }) => id));
          // A full page has the link, also where nothing comes after it.
          expect(servers_links !== undefined).toBe(servers.length === limit);
          if (servers_links === undefined) break;
          marker = `&marker=${ids.at(-1)}`;
        }
        expect(ids).toEqual(cloud.servers.filter(({ region }) => region === 'ORD').map(({ id }) => id));
      }),
    );
  });

  it('since a moment holds what changed since then, whether or not metadata counts', () => {
    const fleets = 'fleets: [{count: 10, endsAfter: {from: 1m, to: 10m}, bursts: 10}]';
    const changed = (scenario: string) =>
      cloudOf(scenario).get(`/servers/detail?changes-since=${at(minutes(5))}`, minutes(7)).value.servers
        .length;
    expect(changed(`{${fleets}}`)).toBe(3);
    expect(changed(`{metadataCounts: false, ${fleets}}`)).toBe(0);
  });

  it('has a link to its next page with everything that was asked for', () => {
    const { get, cloud } = cloudOf('{fleets: [{count: 4}]}');
    const [, second] = cloud.servers;
    const query = `status=ACTIVE&name=server&changes-since=${at(0)}&limit=2`;
    const [link] = get(`/servers/detail?${query}`, minutes(1)).value.servers_links;
    expect(link.rel).toBe('next');
    const next = new URL(link.href);
    expect(next.origin + next.pathname).toBe(`${origin}/cloud/ord/v2/123456/servers/detail`);
    expect(Object.fromEntries(next.searchParams)).toEqual({
      'changes-since': at(0),
      limit: '2',
      marker: second?.id,
      name: 'server',
      status: 'ACTIVE',
    });
    const rest = get(`/servers/detail${next.search}`, minutes(1)).value;
    expect([rest.servers.length, rest.servers_links?.length]).toEqual([2, 1]);
    const end = get(`/servers/detail?${query}&marker=${cloud.servers[3]?.id}`, minutes(1)).value;
    expect(end).toEqual({ servers: [] });
  });

  it('of no server is an empty one, without a link, whatever the marker', () => {
    const { get } = cloudOf('{}');
    expect(get('/servers/detail?limit=0', 0).value).toEqual({ servers: [] });
    expect(get('/servers?limit=0&marker=unknown', 0).value).toEqual({ servers: [] });
  });

  it('has no more on a page than the API gives, whatever is asked for', () => {
    const { get } = cloudOf('{pageSize: 3, fleets: [{count: 5}]}');
    expect(get('/servers?limit=1000', 0).value.servers).toHaveLength(3);
    expect(get('/servers', 0).value.servers_links).toHaveLength(1);
  });

  it('without details holds ids, names and links', () => {
    const { get } = cloudOf('{fleets: [{count: 1}]}');
    const id = '00000000-0000-4000-8000-000000000001';
    expect(get('/servers', 0).value).toEqual({
      servers: [
        {
          id,
          name: 'server-1',
          links: [
            { href: `${origin}/cloud/ord/v2/123456/servers/${id}`, rel: 'self' },
            { href: `${origin}/cloud/ord/123456/servers/${id}`, rel: 'bookmark' },
          ],
        },
      ],
    });
  });

  const fleets =
    "{fleets: [{name: web-1}, {name: 'Web-10', activeAfter: 5m}, {name: db.1, vanish: {after: 1m}}, {name: bad, outcomes: {ERROR: 1}, endsAfter: 0s}]}";

  it.each<[string, string[]]>([
    ['name=web-1', ['web-1', 'Web-10']],
    ['name=^web-1$', ['web-1']],
    ['name=^web', ['web-1', 'Web-10']],
    ['name=10$', ['Web-10']],
    ['name=eb', ['web-1', 'Web-10']],
    [String.raw`name=^web\-1$`, ['web-1']],
    ['name=', ['web-1', 'Web-10', 'bad']],
    ['name=nobody', []],
    ['status=ACTIVE', ['web-1']],
    ['status=build', ['Web-10']],
    ['status=ACTIVE&status=ERROR', ['web-1', 'bad']],
    ['status=UNHEARD_OF', []],
    ['status=ACTIVE&name=bad', []],
    [`name=^db&changes-since=${at(0)}`, ['db.1']],
    [`status=ERROR&changes-since=${at(0)}`, ['bad']],
  ])('%s holds what it asks for, with details and without', (query, names) => {
    const { get } = cloudOf(fleets);
    for (const path of ['/servers', '/servers/detail']) {
      const { servers } = get(`${path}?${query}`, minutes(2)).value;
      expect(servers.map(({ name }: { name: string }) => name)).toEqual(names);
    }
  });

  it('of deleted servers is for administrators alone', () => {
    expect(cloudOf(fleets).get('/servers?status=deleted', minutes(2))).toMatchObject({
      status: 403,
      value: { forbidden: { message: 'Only administrators may list deleted instances' } },
    });
  });

  it.each(['limit=-1', 'limit=1.5', 'limit=', 'limit=x', 'marker=unknown', 'changes-since=yesterday'])(
    'is refused for %s',
    (query) => {
      expect(cloudOf('{}').get(`/servers/detail?${query}`, 0).status).toBe(400);
    },
  );
});

describe('the rules of the simulated cloud', () => {
  it('a token is needed, and runs out', () => {
    const { get, login } = cloudOf('{tokenLife: 1m}');
    expect(get('/servers/detail', 0, 'another').status).toBe(401);
    expect(get('/servers/detail', 59_999).status).toBe(200);
    expect(get('/servers/detail', 60_000).status).toBe(401);
    const { token } = login(90_000).value.access;
    expect(token.expires).toBe(at(150_000));
    expect(get('/servers/detail', 100_000, token.id).status).toBe(200);
  });

  it('tokens can be revoked', () => {
    const { get, login } = cloudOf('{faults: [{kind: revoke, from: 1m}]}');
    expect(get('/servers/detail', 59_999).status).toBe(200);
    expect(get('/servers/detail', 60_000).status).toBe(401);
    expect(get('/servers/detail', 60_001, login(60_000).value.access.token.id).status).toBe(200);
  });

  it('more requests than allowed are refused with Retry-After', () => {
    const { get } = cloudOf('{limit: {requests: 2}}');
    expect([get('/servers/detail', 0).status, get('/servers/detail', 1).status]).toEqual([200, 200]);
    expect(get('/servers/detail', 20_000)).toMatchObject({
      status: 413,
      headers: { 'retry-after': '40' },
      value: { overLimit: { retryAfter: '40' } },
    });
    expect(get('/servers/detail', 60_000).status).toBe(200);
  });

  it('an API may have a bad time', () => {
    const { get, login } = cloudOf(
      '{faults: [{kind: status, status: 429, from: 1m, to: 2m, retryAfter: 7s}, {kind: html, api: identity, from: 1m}]}',
    );
    expect(get('/servers/detail', minutes(1))).toMatchObject({
      status: 429,
      headers: { 'retry-after': '7' },
    });
    expect(get('/servers/detail', minutes(2)).status).toBe(200);
    expect(login(minutes(3)).headers['content-type']).toBe('text/html');
  });

  it.each<[string, unknown, number]>([
    ['a password', { passwordCredentials: { username: 'demo', password: 'demo-password' } }, 200],
    ['a wrong password', { passwordCredentials: { username: 'demo', password: 'x' } }, 401],
    ['a wrong key', { 'RAX-KSKEY:apiKeyCredentials': { username: 'demo', apiKey: 'x' } }, 401],
    ['a token of another account', { token: { id: 'simulated-token-1-1' }, tenantId: '9' }, 401],
    ['a token', { token: { id: 'simulated-token-1-1' }, tenantId: '123456' }, 200],
  ])('%s at identity', (_, auth, status) => {
    expect(cloudOf('{}').login(0, auth).status).toBe(status);
  });

  it.each<[string, string, number]>([
    ['GET', '/identity/v2.0/tokens', 405],
    ['POST', '/identity/v2.0/other', 404],
    ['POST', '/identity/v3', 405],
    ['GET', '/identity/v4', 404],
    ['POST', '/identity/v2.0/tokens', 400],
    ['GET', '/cloud/xyz/v2/123456/servers/detail', 404],
    ['GET', '/cloud/v1.0/123456', 404],
    ['GET', '/cloud/ord/v2/999/servers/detail', 403],
    ['GET', '/cloud/ord/v2/123456/images', 404],
    ['POST', '/cloud/ord/v2/123456/servers/detail', 405],
  ])('%s %s is answered %d', (method, target, status) => {
    const { request, token } = cloudOf('{}');
    expect(request(method, target, 0, { 'x-auth-token': token }, 'no JSON').status).toBe(status);
  });

  it.each(['v3', 'v2.0'])('identity says what it is at /identity/%s, before a login', (version) => {
    for (const path of [`/identity/${version}`, `/identity/${version}/`]) {
      const { status, value } = cloudOf('{}').request('GET', path, 0);
      expect([status, value.version.links]).toEqual([
        200,
        [{ rel: 'self', href: `${origin}/identity/${version}/` }],
      ]);
      expect(value.version.id.startsWith(version)).toBe(true);
    }
  });

  it.each(['/identity', '/identity/'])('identity says at %s which versions there are', (path) => {
    const { status, value } = cloudOf('{}').request('GET', path, 0);
    const ids = value.versions.values.map(({ id }: { id: string }) => id);
    expect([status, ids]).toEqual([300, ['v3.14', 'v2.0']]);
  });

  it('v3 says when a token was made and when it ends', () => {
    const identity = { password: { user: { name: 'demo', password: 'demo-password' } } };
    const body = JSON.stringify({ auth: { identity } });
    const { token } = cloudOf('{tokenLife: 1m}').request(
      'POST',
      '/identity/v3/auth/tokens',
      5_000,
      {},
      body,
    ).value;
    expect([token.issued_at, token.expires_at]).toEqual([at(5_000), at(65_000)]);
  });

  it('v3 gives the token in a header', () => {
    const { request, get } = cloudOf('{}');
    const identify = (identity: unknown) =>
      request('POST', '/identity/v3/auth/tokens', 0, {}, JSON.stringify({ auth: { identity } }));
    const { status, headers, value } = identify({
      password: { user: { name: 'demo', password: 'demo-password' } },
    });
    expect([status, value.token.catalog.length]).toEqual([201, 3]);
    const token = headers['x-subject-token'] ?? '';
    expect(get('/servers/detail', 0, token).status).toBe(200);
    expect(identify({ token: { id: token } }).status).toBe(201);
    expect(identify({ token: { id: 'other' } }).status).toBe(401);
  });

  it('its paths are not those of the RackConnect API', () => {
    expect(
      ['/identity/v2.0/tokens', '/cloud/ord/v2/1/servers', '/v1/gateway_ip', '/_simulator/log'].map(isCloud),
    ).toEqual([true, true, false, false]);
    expect(['/identity', '/identity?x', '/identity/v3', '/identities'].map(isCloud)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('a scenario', () => {
  it('without the key is ten servers within a minute', () => {
    expect(parseCloudScenario('deployedAfter: 5s', 'test').fleets).toMatchObject([
      { count: 10, endsAfter: { fromMs: 10_000, toMs: 60_000 } },
    ]);
    expect(parseCloudScenario('', 'test').regions).toEqual(['ORD', 'DFW']);
  });

  it.each<[string, RegExp]>([
    [
      'openstack: {fleets: [{count: -1}]}',
      /cannot use test: openstack\.fleets\.0\.count: expected a whole number/,
    ],
    ['openstack: {flets: []}', /openstack\.flets: there is no such key/],
    ['openstack: {fleets: [{endsAfter: soon}]}', /openstack\.fleets\.0\.endsAfter: expected a duration/],
    ['openstack: {pageSize: 5000}', /openstack\.pageSize: expected a whole number from 1 to 1000/],
    ['openstack: {limit: {requests: 1, status: 500}}', /openstack\.limit\.status: expected 413 or 429/],
    ['openstack: {', /it is not YAML/],
  ])('%s is refused by its place', (yaml, message) => {
    expect(() => parseCloudScenario(yaml, 'test')).toThrow(message);
  });

  it('spreads the ends over the span, in bursts, and its shares over the servers', () => {
    const { cloud } = cloudOf(
      '{fleets: [{count: 1000, endsAfter: {from: 10m, to: 50m}, bursts: 5, outcomes: {FAILED: 0.1}}]}',
    );
    const ends = [...new Set(cloud.servers.map(({ endMs }) => endMs))];
    expect(ends).toEqual([10, 20, 30, 40, 50].map(minutes));
    const failed = cloud.servers.filter(({ outcome }) => outcome === 'FAILED').length;
    expect(failed).toBeGreaterThan(60);
    expect(failed).toBeLessThan(140);
  });
});
