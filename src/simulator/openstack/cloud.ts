import { createQuotaState, type QuotaState, takeRequest } from '../quota.ts';
import { compute, type Region } from './compute.ts';
import { serversOf } from './fleet.ts';
import { fault, identify, isGood, type Tokens } from './identity.ts';
import type { CloudAnswer, CloudFault, CloudRequest, CloudScenario, CloudServer } from './types.ts';

/** Identity, catalog and Cloud Servers as rules, without I/O or timers. */
export interface Cloud {
  readonly servers: readonly CloudServer[];
  handle(request: CloudRequest): CloudAnswer;
}

/** Whether a path belongs to the cloud, not to the RackConnect API. */
export function isCloud(target: string): boolean {
  return /^\/(identity|cloud)(?:[/?]|$)/.test(target);
}

/** A cloud that follows the scenario. */
export function createCloud(scenario: CloudScenario): Cloud {
  const servers = serversOf(scenario);
  const regions = new Map(scenario.regions.map((code) => [code, regionOf(code, servers)]));
  const tokens: Tokens = new Map();
  const quotas = new Map<string, QuotaState>();
  let revokedUntilMs = Number.NEGATIVE_INFINITY;

  /** Makes tokens issued before a `revoke` began invalid once it has begun. */
  function revoke(elapsedMs: number): void {
    for (const { kind, fromMs } of scenario.faults) {
      if (kind !== 'revoke' || fromMs > elapsedMs || fromMs <= revokedUntilMs) continue;
      revokedUntilMs = fromMs;
      for (const token of tokens.keys()) tokens.set(token, Number.NEGATIVE_INFINITY);
    }
  }

  function serve(request: CloudRequest): CloudAnswer {
    const { pathname, searchParams } = new URL(request.target, 'http://simulator.invalid');
    const [, code, tenantId, rest] = /^\/cloud\/([a-z]+)\/v2\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
    const region = regions.get(code?.toUpperCase() ?? '');
    if (region === undefined || rest === undefined)
      return fault(404, 'itemNotFound', 'The resource could not be found.');
    const refused = limited(scenario, quotas, region.code, request);
    if (refused !== undefined) return refused;
    if (!isGood(tokens, request.headers['x-auth-token'], request.elapsedMs))
      return fault(401, 'unauthorized', 'No valid token provided. Please use the /v2.0/tokens API.');
    if (tenantId !== scenario.tenantId) return fault(403, 'forbidden', 'Not authorized for this tenant');
    return compute(scenario, region, rest, searchParams, request);
  }

  return {
    servers,
    handle(request) {
      revoke(request.elapsedMs);
      const api = /^\/identity(?:[/?]|$)/.test(request.target) ? 'identity' : 'servers';
      const broken = faultNow(scenario.faults, api, request.elapsedMs);
      if (broken !== undefined) return broken;
      return api === 'identity' ? identify(scenario, tokens, request) : serve(request);
    },
  };
}

function regionOf(code: string, servers: readonly CloudServer[]): Region {
  const own = servers.filter(({ region }) => region === code);
  return { code, servers: own, byId: new Map(own.map((server) => [server.id, server])) };
}

function faultNow(faults: readonly CloudFault[], api: string, elapsedMs: number): CloudAnswer | undefined {
  const found = faults.find(
    (one) => one.kind !== 'revoke' && one.api === api && elapsedMs >= one.fromMs && elapsedMs < one.toMs,
  );
  if (found === undefined) return undefined;
  if (found.kind === 'html')
    return {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<html><body>Sign in</body></html>',
    };
  const { status, retryAfterMs } = found;
  const wait = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) };
  return fault(
    status,
    status === 413 || status === 429 ? 'overLimit' : 'fault',
    'This request was not served.',
    {},
    wait,
  );
}

/** "Limits", Rackspace's documentation of Cloud Servers: 413 with Retry-After; later versions of nova use 429. */
function limited(
  { limit }: CloudScenario,
  quotas: Map<string, QuotaState>,
  region: string,
  { elapsedMs }: CloudRequest,
): CloudAnswer | undefined {
  if (limit === undefined) return undefined;
  const quota = quotas.get(region) ?? createQuotaState();
  quotas.set(region, quota);
  if (takeRequest(limit, quota, elapsedMs)) return undefined;
  const waitMs = limit.retryAfterMs ?? limit.windowMs - ((elapsedMs - limit.phaseMs) % limit.windowMs);
  const seconds = String(Math.ceil(waitMs / 1_000));
  const details = {
    retryAfter: seconds,
    details: `Only ${limit.limit} GET request(s) can be made to every minute.`,
  };
  return fault(limit.status, 'overLimit', 'This request was rate-limited.', details, {
    'retry-after': seconds,
  });
}
