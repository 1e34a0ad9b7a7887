import { formatDuration } from '../base/duration.ts';
import type { SeenServer } from '../openstack/servers.ts';
import type { Rules, ServerVerdict, Watched } from './types.ts';

/**
 * A server that was found at `nowMs`, judged.
 * @param aheadMs by how much the API's clock is ahead of the wait's; undefined: not known, and then nobody
 *   can tell how long ago the server was created
 */
export function beginServer(
  seen: SeenServer,
  region: string,
  nowMs: number,
  rules: Rules,
  aheadMs?: number,
): Watched {
  const { createdMs } = seen;
  const isDated = createdMs !== undefined && aheadMs !== undefined;
  const bare: Watched = {
    id: seen.id,
    name: seen.name,
    region,
    serverStatus: seen.status,
    automation: undefined,
    managed: undefined,
    ip: undefined,
    serviceNetIp: undefined,
    addresses: {},
    verdict: undefined,
    why: undefined,
    bareSinceMs: undefined,
    sinceMs: isDated ? Math.min(nowMs, createdMs - aheadMs) : nowMs,
    foundMs: nowMs,
    endedMs: undefined,
  };
  return advanceServer(bare, seen, nowMs, rules);
}

/** The server after another answer of the API. Pure. A verdict never changes. */
export function advanceServer(watched: Watched, seen: SeenServer, nowMs: number, rules: Rules): Watched {
  if (watched.verdict !== undefined) return watched;
  const isBare = seen.automation === undefined && seen.status === 'ACTIVE';
  const bareSinceMs = isBare ? (watched.bareSinceMs ?? nowMs) : undefined;
  const bareMs = bareSinceMs === undefined ? 0 : nowMs - bareSinceMs;
  const { verdict, why } = judge(seen, bareMs, rules);
  return {
    ...watched,
    name: seen.name,
    serverStatus: seen.status,
    automation: seen.automation,
    managed: seen.managed,
    ip: seen.ip,
    serviceNetIp: seen.serviceNetIp,
    addresses: seen.addresses,
    verdict,
    why,
    bareSinceMs,
    endedMs: verdict === undefined ? undefined : nowMs,
  };
}

/** The server after the API reported that its id does not exist. */
export function vanished(watched: Watched, nowMs: number): Watched {
  if (watched.verdict !== undefined) return watched;
  const why = 'the server does not exist any more';
  return { ...watched, serverStatus: 'DELETED', verdict: 'gone', why, endedMs: nowMs };
}

/** Whether two states of a server differ in anything that a person would want to know. */
export function differs(one: Watched, other: Watched): boolean {
  return (
    one.verdict !== other.verdict ||
    one.serverStatus !== other.serverStatus ||
    one.automation !== other.automation ||
    one.managed !== other.managed
  );
}

interface Judgement {
  readonly verdict: ServerVerdict | undefined;
  readonly why: string | undefined;
}

const notYet = (why: string): Judgement => ({ verdict: undefined, why });

/**
 * "Programmatically determine the RackConnect v2.0 automation status of your cloud servers", Rackspace:
 * DEPLOYING, DEPLOYED, FAILED, UNPROCESSABLE. The key is absent at first, and for ever on a server without
 * RackConnect.
 */
function judge(seen: SeenServer, bareMs: number, rules: Rules): Judgement {
  const { status, automation } = seen;
  if (status === 'DELETED' || status === 'SOFT_DELETED')
    return { verdict: 'gone', why: `the server is ${status}` };
  switch (automation) {
    case 'DEPLOYED':
      return rules.managed ? judgeManaged(seen) : { verdict: 'deployed', why: undefined };
    case 'FAILED':
      return { verdict: 'failed', why: "RackConnect's automation did not succeed" };
    case 'UNPROCESSABLE':
      return {
        verdict: 'unprocessable',
        why: seen.unprocessableReason ?? 'RackConnect will not automate this server',
      };
    case undefined:
      break;
    default:
      // A broken server stays broken, whatever its metadata said before.
      if (status === 'ERROR') return broken;
      return notYet(
        automation === 'DEPLOYING' ? 'the automation is at work' : `RackConnect says ${automation}`,
      );
  }
  if (status === 'ERROR') return broken;
  if (status !== 'ACTIVE') return notYet(`the server is ${status === '' ? 'in no known status' : status}`);
  if (bareMs < rules.noRackconnectAfterMs)
    return notYet('the server is ACTIVE, and RackConnect has said nothing yet');
  const why = `the server has been ACTIVE for ${formatDuration(bareMs)}, and RackConnect has said nothing: it may not be a RackConnect server`;
  return { verdict: 'no-rackconnect', why };
}

const broken: Judgement = { verdict: 'failed', why: 'the server is in status ERROR: it was not built' };

/**
 * Managed Operations accounts have a second automation after RackConnect's (Rackspace's documentation of
 * `rax_service_level_automation`).
 */
function judgeManaged({ managed }: SeenServer): Judgement {
  if (managed === undefined) return notYet('DEPLOYED; the second automation has said nothing yet');
  if (/^complete$/i.test(managed)) return { verdict: 'deployed', why: undefined };
  if (/error$/i.test(managed))
    return { verdict: 'failed', why: `DEPLOYED, but the second automation says ${managed}` };
  return notYet(`DEPLOYED; the second automation is ${managed}`);
}
