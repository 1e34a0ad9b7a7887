import { addressesOf, changedAt, metadataAt, serverStatusAt } from './fleet.ts';
import { fault } from './identity.ts';
import type { CloudAnswer, CloudRequest, CloudScenario, CloudServer } from './types.ts';

/** The servers of one region, in list order. */
export interface Region {
  readonly code: string;
  readonly servers: readonly CloudServer[];
  readonly byId: ReadonlyMap<string, CloudServer>;
}

/**
 * Answers `GET …/servers`, `GET …/servers/detail` and `GET …/servers/ID`. Paging as in "Paginated collections",
 * changes-since as in "Efficient polling with the Changes-Since parameter" (Rackspace's documentation of Cloud
 * Servers); details missing there as in Nova 26.
 * @param rest the path after the account, such as `/servers/detail`
 */
export function compute(
  scenario: CloudScenario,
  region: Region,
  rest: string,
  query: URLSearchParams,
  request: CloudRequest,
): CloudAnswer {
  if (request.method !== 'GET') return fault(405, 'badMethod', 'Method not allowed');
  if (rest === '/servers/detail') return list(scenario, region, query, request, bodyOf);
  if (rest === '/servers') return list(scenario, region, query, request, summaryOf);
  const [, id] = /^\/servers\/([^/]+)$/.exec(rest) ?? [];
  const server = id === undefined ? undefined : region.byId.get(id);
  // Deleted servers appear only with changes-since.
  if (server === undefined || serverStatusAt(server, request.elapsedMs) === 'DELETED')
    return fault(
      404,
      'itemNotFound',
      id === undefined ? 'The resource could not be found.' : 'Instance could not be found',
    );
  return ok({ server: bodyOf(scenario, server, request) });
}

function list(
  scenario: CloudScenario,
  region: Region,
  query: URLSearchParams,
  request: CloudRequest,
  tell: (scenario: CloudScenario, server: CloudServer, request: CloudRequest) => object,
): CloudAnswer {
  const { elapsedMs } = request;
  const limit = limitIn(query, scenario.pageSize);
  if (limit === undefined) return fault(400, 'badRequest', 'limit param must be an integer');
  const isListed = filterOf(scenario, query, request);
  if ('status' in isListed) return isListed;
  // Nova does not look for the marker in this case.
  if (limit === 0) return ok({ servers: [] });
  const marker = query.get('marker');
  const at = marker === null ? -1 : region.servers.findIndex(({ id }) => id === marker);
  const marked = region.servers[at];
  const isFound =
    marked !== undefined && (scenario.deletedMarkers || serverStatusAt(marked, elapsedMs) !== 'DELETED');
  if (marker !== null && !isFound) return fault(400, 'badRequest', `marker [${marker}] not found`);
  const page: CloudServer[] = [];
  for (const server of region.servers.slice(at + 1)) {
    if (page.length === limit) break;
    if (isListed(server)) page.push(server);
  }
  const servers = page.map((server) => tell(scenario, server, request));
  const last = page.at(-1);
  // A full page has the link even if nothing follows: Nova does not look beyond the page.
  if (page.length < limit || last === undefined) return ok({ servers });
  return ok({ servers, servers_links: [{ href: nextOf(request, query, last.id), rel: 'next' }] });
}

/** The size of a page; undefined: `limit` is not a whole number. */
function limitIn(query: URLSearchParams, pageSize: number): number | undefined {
  const written = query.get('limit');
  if (written === null) return pageSize;
  return /^\d{1,15}$/.test(written) ? Math.min(Number(written), pageSize) : undefined;
}

/** The same query after `last`, with its own parameters (_get_next_link of nova/api/openstack/common.py). */
function nextOf({ origin, target }: CloudRequest, query: URLSearchParams, last: string): string {
  const next = new URLSearchParams(query);
  next.set('marker', last);
  next.sort();
  return `${origin}${target.split('?', 1)[0]}?${next}`;
}

/** The filter for changes-since, `name` and `status`; or the error for an invalid query. */
function filterOf(
  { metadataCounts }: CloudScenario,
  query: URLSearchParams,
  { elapsedMs, wallMs }: CloudRequest,
): CloudAnswer | ((server: CloudServer) => boolean) {
  const since = query.get('changes-since');
  const sinceMs = since === null ? undefined : Date.parse(since);
  if (Number.isNaN(sinceMs)) return fault(400, 'badRequest', 'Invalid changes-since value');
  const statuses = query.getAll('status').map((status) => status.toUpperCase());
  if (statuses.includes('DELETED') && statuses.length === 1)
    return fault(403, 'forbidden', 'Only administrators may list deleted instances');
  const isNamed = nameFilter(query.get('name') ?? '');
  const startMs = wallMs - elapsedMs;
  return (server) => {
    const status = serverStatusAt(server, elapsedMs);
    if (statuses.length > 0 && !statuses.includes(status)) return false;
    if (!isNamed(server.name)) return false;
    if (sinceMs === undefined) return status !== 'DELETED';
    const changedMs = changedAt(server, elapsedMs, metadataCounts);
    // A server that was never updated has no such time in the database, so it is never later than `since`.
    return changedMs !== undefined && startMs + changedMs >= sinceMs;
  };
}

/**
 * Nova accepts a regular expression, which the database matches anywhere in a name, ignoring case. Only anchors
 * and escaped characters are supported here, because a stranger's expression may take for ever.
 */
function nameFilter(asked: string): (name: string) => boolean {
  const [, start = '', middle = '', end = ''] = /^(\^?)((?:[^\\]|\\.)*?)(\$?)$/.exec(asked) ?? [];
  const text = middle.replace(/\\(.)/g, '$1').toLowerCase();
  return (name) => {
    const lower = name.toLowerCase();
    if (start !== '' && end !== '') return lower === text;
    if (start !== '') return lower.startsWith(text);
    return end === '' ? lower.includes(text) : lower.endsWith(text);
  };
}

/** A server in `GET /servers`. */
function summaryOf({ tenantId }: CloudScenario, { id, name, region }: CloudServer, { origin }: CloudRequest) {
  const path = `${origin}/cloud/${region.toLowerCase()}`;
  const links = [
    { href: `${path}/v2/${tenantId}/servers/${id}`, rel: 'self' },
    { href: `${path}/${tenantId}/servers/${id}`, rel: 'bookmark' },
  ];
  return { id, links, name };
}

/** A server in detail, about as large as a real one. */
function bodyOf(scenario: CloudScenario, server: CloudServer, request: CloudRequest): object {
  const { elapsedMs, origin } = request;
  const startMs = request.wallMs - elapsedMs;
  const time = (ms: number): string => `${new Date(startMs + ms).toISOString().slice(0, 19)}Z`;
  const status = serverStatusAt(server, elapsedMs);
  const { publicIp, serviceNetIp } = addressesOf(server);
  const hasPublicIp = elapsedMs >= server.endMs && server.outcome === 'DEPLOYED';
  const path = `${origin}/cloud/${server.region.toLowerCase()}`;
  return {
    status,
    // Nova writes the current time for a server that was never updated.
    updated: time(changedAt(server, elapsedMs, scenario.metadataCounts) ?? elapsedMs),
    hostId: 'e7a1b0f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b4',
    addresses: {
      public: hasPublicIp ? [{ version: 4, addr: publicIp }] : [],
      private: status === 'BUILD' ? [] : [{ version: 4, addr: serviceNetIp }],
    },
    ...summaryOf(scenario, server, request),
    key_name: 'deployment',
    image: {
      id: '09de0a66-3156-48b4-90a5-1cf25a905207',
      links: [{ href: `${path}/images/09de0a66`, rel: 'bookmark' }],
    },
    'RAX-PUBLIC-IP-ZONE-ID:publicIPZoneId': '9eaa8b5d3a0c4d5e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c',
    'OS-EXT-STS:task_state': status === 'BUILD' ? 'spawning' : null,
    'OS-EXT-STS:vm_state': status === 'BUILD' ? 'building' : 'active',
    'OS-EXT-STS:power_state': status === 'ACTIVE' ? 1 : 0,
    flavor: { id: 'general1-2', links: [{ href: `${path}/flavors/general1-2`, rel: 'bookmark' }] },
    user_id: '1',
    created: time(0),
    tenant_id: scenario.tenantId,
    'OS-DCF:diskConfig': 'MANUAL',
    accessIPv4: hasPublicIp ? publicIp : '',
    accessIPv6: '',
    progress: status === 'BUILD' ? 40 : 100,
    config_drive: '',
    metadata: metadataAt(server, elapsedMs),
  };
}

function ok(value: unknown): CloudAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
