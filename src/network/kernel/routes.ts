import type { Run } from '../../system/tool.ts';
import type { Command, GatewayTarget } from '../types.ts';

/** A default route of the kernel's main table. */
export interface DefaultRoute {
  /** undefined if it has no gateway, or several next hops, because the first of them alone is not the route */
  readonly via: string | undefined;
  /** undefined if it has several next hops */
  readonly device: string | undefined;
  /** the lowest wins; 0 if ip-route(8) shows no metric */
  readonly metric: number;
  /** the words of ip-route(8), which also accepts them as arguments */
  readonly words: readonly string[];
}

/** States that ip(8) prints but does not accept as arguments. */
export const shownOnly = new Set(['linkdown', 'dead', 'offload', 'trap', 'notify']);

/**
 * The kernel's IPv4 default routes, the one in use first; undefined if ip(8) fails.
 * Reads text, not JSON, because RHEL 7's iproute2 has no -json, and because the
 * words of a line serve as arguments to restore the same route.
 */
export async function readDefaultRoutes(run: Run): Promise<DefaultRoute[] | undefined> {
  const { ok, output, isCut } = await run(
    ip('-oneline', 'route', 'show', 'table', 'main', 'exact', '0.0.0.0/0'),
  );
  return ok && isCut !== true ? parseDefaultRoutes(output) : undefined;
}

/** Parses `ip route show`, with -oneline or without; the lowest metric comes first. */
export function parseDefaultRoutes(text: string): DefaultRoute[] {
  return text
    .replace(/\n[ \t]+(?=nexthop )/g, ' ')
    .split('\n')
    .map((line) => line.replaceAll('\\', ' ').trim().split(/\s+/))
    .filter(([first]) => first === 'default' || first === '0.0.0.0/0')
    .map((all) => {
      const words = all.filter((word) => !shownOnly.has(word));
      const after = (word: string) => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
      const metric = Number(after('metric') ?? 0);
      return words.includes('nexthop')
        ? { via: undefined, device: undefined, metric, words }
        : { via: after('via'), device: after('dev'), metric, words };
    })
    .sort((a, b) => a.metric - b.metric);
}

/** Whether a route goes through the wanted gateway. */
export function isGatewayRoute(
  route: DefaultRoute | undefined,
  { gateway, interfaceName }: GatewayTarget,
): boolean {
  return route?.via === gateway && route.device === interfaceName;
}

/** Whether two routes have the same next hop and the same metric. */
export function isSameWay(a: DefaultRoute, b: DefaultRoute): boolean {
  return a.metric === b.metric && isSameHop(a, b);
}

/**
 * Whether two routes have the same next hop. Other words may differ: after the renewal
 * of a lease its route may have another source address.
 */
export function isSameHop(a: DefaultRoute, b: DefaultRoute): boolean {
  // A route with several next hops has neither, so its words are compared.
  const isNamed = a.via !== undefined || a.device !== undefined;
  const wordsOf = ({ words }: DefaultRoute) => words.join(' ');
  return a.via === b.via && a.device === b.device && (isNamed || wordsOf(a) === wordsOf(b));
}

/** The command that removes a route from the kernel. */
export function removal({ words }: DefaultRoute): Command {
  return ip('route', 'del', ...words);
}

/** The command that adds a route to the kernel, or replaces the one with the same metric. */
export function addition({ words }: DefaultRoute): Command {
  return ip('route', 'replace', ...words);
}

/** Whether a command must run, given the kernel's addresses; if ip(8) fails, only a command without a condition. */
export async function mustRun({ unlessAddressed }: Command, run: Run): Promise<boolean> {
  if (unlessAddressed === undefined) return true;
  const { ok, output } = await run(ip('-oneline', 'address', 'show', 'dev', unlessAddressed));
  return ok && !/ inet /.test(output);
}

function ip(...args: string[]): Command {
  return { argv: ['ip', '-4', ...args], timeoutMs: 10_000 };
}
