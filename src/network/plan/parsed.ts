import type { GatewayTarget, ParsedRoute } from '../types.ts';

/**
 * What is wrong with the routes that a stack's own tool derives from the new files: there must be exactly one
 * IPv4 default route, through the gateway, and all other routes must still exist.
 * @param before the routes that it derives from the old files; undefined if unknown
 * @returns undefined if nothing is wrong
 */
export function faultIn(
  { gateway }: GatewayTarget,
  after: readonly ParsedRoute[],
  before: readonly ParsedRoute[] | undefined,
): string | undefined {
  const defaults = distinct(after.filter(isDefault));
  const [first, ...more] = defaults;
  if (first === undefined) return 'makes no IPv4 default route of the new files';
  if (more.length > 0 || first.via !== gateway) {
    const many = more.length > 0 ? 'the IPv4 default routes' : 'the IPv4 default route';
    return `makes ${many} ${defaults.map(words).join(' and ')} of the new files`;
  }
  const left = new Set(after.map(key));
  const lost = distinct((before ?? []).filter((route) => !isDefault(route))).filter(
    (route) => !left.has(key(route)),
  );
  if (lost.length === 0) return undefined;
  return `leaves out of the new files what it makes of the old ones: ${lost
    .map((route) => `the route to ${route.to} ${words(route)}`)
    .join(', ')}`;
}

function isDefault({ to }: ParsedRoute): boolean {
  return to === '0.0.0.0/0';
}

function distinct(routes: readonly ParsedRoute[]): ParsedRoute[] {
  return [...new Map(routes.map((route) => [key(route), route])).values()];
}

function words({ on, via }: ParsedRoute): string {
  return (via === undefined ? 'without a gateway' : `via ${via}`) + (on === '' ? '' : ` on ${on}`);
}

function key(route: ParsedRoute): string {
  return `${route.to} ${words(route)}`;
}
