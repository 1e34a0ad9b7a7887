import { addressesOf, changedAt, metadataAt, statusAt } from './fleet.ts';
import { fault } from './identity.ts';
import type { CloudAnswer, CloudRequest, CloudScenario, CloudServer } from './types.ts';

/** The servers of one region, in the order in which they are listed. */
export interface Region {
  readonly code: string;
  readonly servers: readonly CloudServer[];
  readonly byId: ReadonlyMap<string, CloudServer>;
}

/**
 * Answers `GET …/servers/detail` and `GET …/servers/ID`. Paging as in "Paginated
 * collections", changes-since as in "Efficient polling with the Changes-Since
 * parameter" (Rackspace's documentation of Cloud Servers).
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
  if (rest === '/servers/detail') return list(scenario, region, query, request);
  const [, id] = /^\/servers\/([^/]+)$/.exec(rest) ?? [];
  const server = id === undefined ? undefined : region.byId.get(id);
  // Deleted servers are there only for those who ask what has changed.
  if (server === undefined || statusAt(server, request.elapsedMs) === 'DELETED')
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
): CloudAnswer {
  const since = query.get('changes-since');
  const sinceMs = since === null ? undefined : Date.parse(since);
  if (Number.isNaN(sinceMs)) return fault(400, 'badRequest', 'Invalid changes-since value');
  const limit = Math.min(Number(query.get('limit') ?? scenario.pageSize), scenario.pageSize);
  if (!Number.isInteger(limit) || limit < 1)
    return fault(400, 'badRequest', 'limit param must be an integer');
  const { elapsedMs } = request;
  const startMs = request.wallMs - elapsedMs;
  const isListed = (server: CloudServer): boolean => {
    if (sinceMs === undefined) return statusAt(server, elapsedMs) !== 'DELETED';
    return startMs + changedAt(server, elapsedMs, scenario.metadataCounts) >= sinceMs;
  };
  const marker = query.get('marker');
  const at = marker === null ? -1 : region.servers.findIndex(({ id }) => id === marker);
  const marked = region.servers[at];
  // Nova finds no deleted server as a marker, although changes-since has just listed it.
  if (marker !== null && (marked === undefined || statusAt(marked, elapsedMs) === 'DELETED'))
    return fault(400, 'badRequest', `marker [${marker}] not found`);
  const page: CloudServer[] = [];
  let isMore = false;
  for (const server of region.servers.slice(at + 1)) {
    if (!isListed(server)) continue;
    if (page.length === limit) {
      isMore = true;
      break;
    }
    page.push(server);
  }
  const last = page.at(-1);
  const href = `${request.origin}${request.target.split('?', 1)[0]}?limit=${limit}&marker=${last?.id}`;
  const links = isMore ? { servers_links: [{ href, rel: 'next' }] } : {};
  return ok({ servers: page.map((server) => bodyOf(scenario, server, request)), ...links });
}

/** A server as the API tells it, about as large as a real one. */
function bodyOf(scenario: CloudScenario, server: CloudServer, request: CloudRequest): unknown {
  const { elapsedMs, origin } = request;
  const startMs = request.wallMs - elapsedMs;
  const time = (ms: number): string => `${new Date(startMs + ms).toISOString().slice(0, 19)}Z`;
  const status = statusAt(server, elapsedMs);
  const { publicIp, serviceNetIp } = addressesOf(server);
  const hasPublicIp = elapsedMs >= server.endMs && server.outcome === 'DEPLOYED';
  const path = `${origin}/cloud/${server.region.toLowerCase()}`;
  return {
    status,
    updated: time(changedAt(server, elapsedMs, scenario.metadataCounts)),
    hostId: 'e7a1b0f0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e1f2a3b4',
    addresses: {
      public: hasPublicIp ? [{ version: 4, addr: publicIp }] : [],
      private: status === 'BUILD' ? [] : [{ version: 4, addr: serviceNetIp }],
    },
    links: [
      { href: `${path}/v2/${scenario.tenantId}/servers/${server.id}`, rel: 'self' },
      { href: `${path}/${scenario.tenantId}/servers/${server.id}`, rel: 'bookmark' },
    ],
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
    id: server.id,
    user_id: '1',
    name: server.name,
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
