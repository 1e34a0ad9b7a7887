import type { Run } from '../../system/tool.ts';
import type { Command, GatewayWish } from '../types.ts';

/** A default route of the kernel's main table. */
export interface DefaultRoute {
  /** undefined where it has none, or several next hops: the first of these alone is not the way out */
  readonly via: string | undefined;
  /** undefined where it has several next hops */
  readonly device: string | undefined;
  /** the lower, the better; 0 where none is shown (ip-route(8)) */
  readonly metric: number;
  /** the words of ip-route(8), which it takes back as arguments */
  readonly words: readonly string[];
}

/** States that ip(8) shows but does not take back. */
export const shownOnly = new Set(['linkdown', 'dead', 'offload', 'trap', 'notify']);

/**
 * The kernel's IPv4 default routes, the one in use first; undefined when ip(8)
 * does not tell. The text of ip-route(8) and not its JSON: RHEL 7's iproute2 has
 * no -json, and a line of text can be given back to put the same route back.
 */
export async function readDefaultRoutes(run: Run): Promise<DefaultRoute[] | undefined> {
  const { ok, output, isCut } = await run(
    ip('-oneline', 'route', 'show', 'table', 'main', 'exact', '0.0.0.0/0'),
  );
  return ok && isCut !== true ? parseDefaultRoutes(output) : undefined;
}

/** Reads `ip route show`, with -oneline or without, the lowest metric first. */
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

/** Whether a route is the one that is wished for. */
export function isWished(route: DefaultRoute | undefined, { gateway, interfaceName }: GatewayWish): boolean {
  return route?.via === gateway && route.device === interfaceName;
}

/** Whether two routes lead the same way, and with the same metric. */
export function isSameWay(a: DefaultRoute, b: DefaultRoute): boolean {
  return a.metric === b.metric && isSameHop(a, b);
}

/**
 * Whether two routes lead the same way. Not word for word: a lease that was
 * renewed brings its route back with another source address.
 */
export function isSameHop(a: DefaultRoute, b: DefaultRoute): boolean {
  // A route with several next hops has neither: then the words are all there is.
  const isNamed = a.via !== undefined || a.device !== undefined;
  const wordsOf = ({ words }: DefaultRoute) => words.join(' ');
  return a.via === b.via && a.device === b.device && (isNamed || wordsOf(a) === wordsOf(b));
}

/** Takes a route out of the kernel. */
export function removal({ words }: DefaultRoute): Command {
  return ip('route', 'del', ...words);
}

/** Puts a route into the kernel, in place of one with the same metric. */
export function addition({ words }: DefaultRoute): Command {
  return ip('route', 'replace', ...words);
}

/** Whether a command is to be run as the kernel's addresses are; where ip(8) does not tell them, only if it needs none. */
export async function isCalledFor({ unlessAddressed }: Command, run: Run): Promise<boolean> {
  if (unlessAddressed === undefined) return true;
  const { ok, output } = await run(ip('-oneline', 'address', 'show', 'dev', unlessAddressed));
  return ok && !/ inet /.test(output);
}

function ip(...args: string[]): Command {
  return { argv: ['ip', '-4', ...args], timeoutMs: 10_000 };
}
