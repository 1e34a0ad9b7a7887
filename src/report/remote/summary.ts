import { clean, count, elapsed } from '../words.ts';
import { outcomes, type RemoteDocument, type ServerDocument } from './result.ts';

/** At most this many servers are listed for a person; the document contains all of them. */
const mostListed = 50;

/**
 * A result for a person: the message, every server that is not deployed with its reason, then the deployed ones
 * with their addresses, and the requests.
 */
export function humanRemote({ message, servers, requests, error }: RemoteDocument): string {
  const order = (one: ServerDocument): number => outcomes.indexOf(one.outcome);
  const listed = [...servers]
    // Sorting is stable: the document has them by name.
    .sort((a, b) => order(a) - order(b) || waitingS(b) - waitingS(a))
    .slice(0, mostListed);
  const lines = listed.map(
    (server) => `  ${server.outcome.padEnd(14)} ${clean(server.name)}${placeOf(server)}: ${stateOf(server)}`,
  );
  const rest = servers.length - listed.length;
  if (rest > 0) lines.push(`  … and ${count(rest, 'more server')}; --output json has them all`);
  const used = [
    count(requests.sent, 'request'),
    ...(requests.limited === 0 ? [] : [`${requests.limited} of them refused for their number`]),
    ...(requests.failed === 0 ? [] : [`${requests.failed} of them without a usable answer`]),
  ].join(', ');
  const hint = error?.hint === undefined ? [] : [clean(error.hint)];
  return `${[clean(message), ...lines, ...hint, used].join('\n')}\n`;
}

/** How long a server has been deploying that has not ended, in s: those that may hang come first. */
function waitingS({ ended_after_ms, deploying_ms }: ServerDocument): number {
  return ended_after_ms === null ? Math.round((deploying_ms ?? 0) / 1_000) : 0;
}

/** What tells it from others, with the addresses of one that somebody may have to look at. */
function placeOf(server: ServerDocument): string {
  const { id, name, region, outcome } = server;
  const addresses = outcome === 'deployed' ? [] : addressesOf(server);
  const where = [id, region, ...addresses].filter((part) => part !== null && part !== name).join(', ');
  return where === '' ? '' : ` (${clean(where)})`;
}

function stateOf(server: ServerDocument): string {
  const { outcome, reason, automation_status: status, deploying_ms: tookMs } = server;
  if (outcome !== 'deployed') {
    const isAtWork = outcome === 'timeout' || outcome === 'interrupted';
    const since = !isAtWork || waitingS(server) === 0 ? '' : `, for ${elapsed(waitingS(server) * 1_000)}`;
    return clean(reason ?? status ?? 'not known') + since;
  }
  const addresses = addressesOf(server);
  const time = tookMs === null ? 'was ready already' : `after ${elapsed(tookMs)}`;
  return [...(addresses.length === 0 ? ['no address is known'] : addresses.map(clean)), time].join(', ');
}

/** How to reach it first. */
function addressesOf({ ip, servicenet_ip: serviceNetIp }: ServerDocument): readonly string[] {
  return [...new Set([ip, serviceNetIp])].filter((one) => one !== null);
}
