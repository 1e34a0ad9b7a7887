import { clean, count, elapsed } from '../words.ts';
import { outcomes, type RemoteDocument, type ServerDocument } from './result.ts';

/** At most this many servers are listed for a person; the document contains all of them. */
const mostListed = 50;

/**
 * A result for a person: the message, every server that is not deployed with its reason, then the deployed ones
 * with their addresses, and the requests.
 */
export function humanRemote({ message, servers, requests, error }: RemoteDocument): string {
  // Sorting is stable: the document has them by name.
  const order = (one: ServerDocument): number => outcomes.indexOf(one.outcome);
  const told = [...servers].sort((a, b) => order(a) - order(b)).slice(0, mostListed);
  const lines = told.map(
    (server) => `  ${server.outcome.padEnd(14)} ${clean(server.name)}${placeOf(server)}: ${stateOf(server)}`,
  );
  const rest = servers.length - told.length;
  if (rest > 0) lines.push(`  … and ${count(rest, 'more server')}; --output json has them all`);
  const used = `${count(requests.sent, 'request')} sent, ${requests.limited} refused for their number, ${requests.failed} without a usable answer`;
  const hint = error?.hint === undefined ? [] : [clean(error.hint)];
  return `${[clean(message), ...lines, ...hint, used].join('\n')}\n`;
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
  if (outcome !== 'deployed') return clean(reason ?? status ?? 'not known');
  const addresses = addressesOf(server);
  const time = tookMs === null ? 'was ready already' : `after ${elapsed(tookMs)}`;
  return [...(addresses.length === 0 ? ['no address is known'] : addresses.map(clean)), time].join(', ');
}

/** How to reach it first. */
function addressesOf({ ip, servicenet_ip: serviceNetIp }: ServerDocument): readonly string[] {
  return [...new Set([ip, serviceNetIp])].filter((one) => one !== null);
}
