import type { CloudAnswer, CloudRequest, CloudScenario } from './types.ts';

/** The issued tokens, with the moment at which each expires, in ms since the simulator's start. */
export type Tokens = Map<string, number>;

const json = { 'content-type': 'application/json' };

/** An error as OpenStack sends it: `{"unauthorized": {"code": 401, "message": "…"}}`. */
export function fault(
  status: number,
  name: string,
  message: string,
  extra: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): CloudAnswer {
  const body = JSON.stringify({ [name]: { code: status, message, ...extra } });
  return { status, headers: { ...json, ...headers }, body };
}

/** The versions of the identity API as Keystone lists them ("API versions", OpenStack's Identity API). */
const versions: Readonly<Record<string, { readonly id: string; readonly updated: string }>> = {
  v3: { id: 'v3.14', updated: '2020-04-07T00:00:00Z' },
  'v2.0': { id: 'v2.0', updated: '2014-04-17T00:00:00Z' },
};

/** The list of versions, which clients request before they log in; undefined: the path is another one. */
function discover({ method, origin }: CloudRequest, path: string): CloudAnswer | undefined {
  const [, name] = /^\/identity(?:\/(v3|v2\.0))?\/?$/.exec(path) ?? [undefined, path];
  if (name !== undefined && versions[name] === undefined) return undefined;
  if (method !== 'GET') return fault(405, 'badMethod', 'Method not allowed');
  const listed = Object.entries(versions).map(([key, { id, updated }]) => ({
    key,
    version: {
      id,
      status: key === 'v3' ? 'stable' : 'deprecated',
      updated,
      links: [{ rel: 'self', href: `${origin}/identity/${key}/` }],
      'media-types': [{ base: 'application/json', type: `application/vnd.openstack.identity-${key}+json` }],
    },
  }));
  const one = listed.find(({ key }) => key === name);
  return one === undefined
    ? {
        status: 300,
        headers: json,
        body: JSON.stringify({ versions: { values: listed.map(({ version }) => version) } }),
      }
    : { status: 200, headers: json, body: JSON.stringify({ version: one.version }) };
}

/** Answers `POST /identity/v2.0/tokens`, `POST /identity/v3/auth/tokens`, and requests for the versions. */
export function identify(scenario: CloudScenario, tokens: Tokens, request: CloudRequest): CloudAnswer {
  const path = request.target.split('?', 1)[0] ?? '';
  const discovered = discover(request, path);
  if (discovered !== undefined) return discovered;
  const isV2 = path === '/identity/v2.0/tokens';
  if (!isV2 && path !== '/identity/v3/auth/tokens') return fault(404, 'itemNotFound', 'Resource not found');
  if (request.method !== 'POST') return fault(405, 'badMethod', 'Method not allowed');
  const { auth } = bodyOf(request.body);
  if (auth === undefined) return fault(400, 'badRequest', 'Invalid json request body');
  const token = isV2
    ? tokenByV2(scenario, tokens, auth, request)
    : tokenByV3(scenario, tokens, auth, request);
  if (token === undefined) return fault(401, 'unauthorized', 'Username or api key is invalid.');
  const expires = new Date(request.wallMs + (tokens.get(token) ?? 0) - request.elapsedMs).toISOString();
  return isV2
    ? { status: 200, headers: json, body: JSON.stringify(answerV2(scenario, token, expires, request.origin)) }
    : {
        status: 201,
        headers: { ...json, 'x-subject-token': token },
        body: JSON.stringify(
          answerV3(scenario, { expires, issued: new Date(request.wallMs).toISOString() }, request.origin),
        ),
      };
}

interface Auth {
  readonly 'RAX-KSKEY:apiKeyCredentials'?: { readonly username?: unknown; readonly apiKey?: unknown };
  readonly passwordCredentials?: { readonly username?: unknown; readonly password?: unknown };
  readonly token?: { readonly id?: unknown };
  readonly tenantId?: unknown;
  readonly identity?: {
    readonly password?: { readonly user?: { readonly name?: unknown; readonly password?: unknown } };
    readonly token?: { readonly id?: unknown };
  };
}

function bodyOf(text: string): { readonly auth?: Auth } {
  try {
    return (JSON.parse(text) as { auth?: Auth } | null) ?? {};
  } catch {
    return {};
  }
}

function tokenByV2(
  scenario: CloudScenario,
  tokens: Tokens,
  auth: Auth,
  request: CloudRequest,
): string | undefined {
  const key = auth['RAX-KSKEY:apiKeyCredentials'];
  const password = auth.passwordCredentials;
  if (auth.token !== undefined)
    return auth.tenantId === scenario.tenantId ? known(tokens, auth.token.id, request) : undefined;
  const isRight =
    key !== undefined
      ? key.username === scenario.username && key.apiKey === scenario.apiKey
      : password?.username === scenario.username && password.password === scenario.password;
  return isRight ? issue(scenario, tokens, request) : undefined;
}

function tokenByV3(
  scenario: CloudScenario,
  tokens: Tokens,
  auth: Auth,
  request: CloudRequest,
): string | undefined {
  const { password, token } = auth.identity ?? {};
  if (token !== undefined) return known(tokens, token.id, request);
  const isRight = password?.user?.name === scenario.username && password.user.password === scenario.password;
  return isRight ? issue(scenario, tokens, request) : undefined;
}

function issue({ tokenLifeMs, seed }: CloudScenario, tokens: Tokens, { elapsedMs }: CloudRequest): string {
  const token = `simulated-token-${seed}-${tokens.size + 1}`;
  tokens.set(token, elapsedMs + tokenLifeMs);
  return token;
}

function known(tokens: Tokens, id: unknown, { elapsedMs }: CloudRequest): string | undefined {
  return typeof id === 'string' && isGood(tokens, id, elapsedMs) ? id : undefined;
}

/** Whether a token was issued and has not expired. */
export function isGood(tokens: Tokens, token: string | undefined, elapsedMs: number): boolean {
  return token !== undefined && elapsedMs < (tokens.get(token) ?? 0);
}

/** The path of a region's Cloud Servers. */
const serversPath = (region: string, tenantId: string): string =>
  `/cloud/${region.toLowerCase()}/v2/${tenantId}`;

function servicesOf({ regions, tenantId, without }: CloudScenario, origin: string) {
  const services = [
    {
      name: 'cloudServersOpenStack',
      type: 'compute',
      urls: regions.map((region) => ({ region, url: `${origin}${serversPath(region, tenantId)}` })),
    },
    {
      name: 'cloudServers',
      type: 'compute',
      urls: [{ region: undefined, url: `${origin}/cloud/v1.0/${tenantId}` }],
    },
    {
      name: 'cloudImages',
      type: 'image',
      urls: regions.map((region) => ({ region, url: `${origin}/images/${region.toLowerCase()}/v2` })),
    },
  ];
  return services.filter(({ name }) => !without.includes(name));
}

function answerV2(scenario: CloudScenario, token: string, expires: string, origin: string): unknown {
  const { tenantId, username, regions } = scenario;
  return {
    access: {
      token: {
        id: token,
        expires,
        tenant: { id: tenantId, name: tenantId },
        'RAX-AUTH:authenticatedBy': ['APIKEY'],
      },
      serviceCatalog: servicesOf(scenario, origin).map(({ name, type, urls }) => ({
        name,
        type,
        endpoints: urls.map(({ region, url }) => ({ publicURL: url, region, tenantId })),
      })),
      user: { id: '1', name: username, roles: [], 'RAX-AUTH:defaultRegion': regions[0] },
    },
  };
}

function answerV3(
  scenario: CloudScenario,
  { expires, issued }: { readonly expires: string; readonly issued: string },
  origin: string,
): unknown {
  return {
    token: {
      methods: ['password'],
      expires_at: expires,
      issued_at: issued,
      project: { id: scenario.tenantId, name: scenario.tenantId },
      catalog: servicesOf(scenario, origin).map(({ name, type, urls }) => ({
        name,
        type,
        endpoints: urls.map(({ region, url }) => ({ interface: 'public', region, region_id: region, url })),
      })),
    },
  };
}
