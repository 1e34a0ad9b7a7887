import type { FileDefault, GatewayTarget, HostInterface, InterfaceRef } from '../types.ts';

/** Whether a default route is not the wanted one, or depends on a DHCP server. */
export function isForeign({ via, isLeased, mayBeOn }: FileDefault, target: GatewayTarget): boolean {
  return isLeased || via !== target.gateway || !mayBeOn(target);
}

/**
 * The kernel's default routes, except the wanted one, that no file of these brings. A plan that changes
 * these files removes the routes only for now, because their source will set them again.
 * @param interfaces used to look up MAC addresses
 */
export function withoutSource<T extends Shown>(
  routes: readonly T[],
  files: readonly FileDefault[],
  target: GatewayTarget,
  interfaces: readonly HostInterface[],
): T[] {
  return routes.filter((route) =>
    hopsOf(route).some((hop) => !isWanted(hop, target) && !files.some((one) => brings(one, hop, interfaces))),
  );
}

/** A route of the kernel, in the words of ip-route(8). */
interface Shown {
  readonly words: readonly string[];
}

/** One next hop of a route. */
interface Hop {
  readonly via: string | undefined;
  readonly device: string | undefined;
}

/** The next hops of a route as ip-route(8) prints it. */
function hopsOf({ words }: Shown): Hop[] {
  const text = words.join(' ');
  const parts = text.includes(' nexthop ') ? text.split(' nexthop ').slice(1) : [text];
  return parts.map((part) => ({
    via: / ?\bvia (?:inet6? )?(\S+)/.exec(part)?.[1],
    device: /\bdev (\S+)/.exec(part)?.[1],
  }));
}

function isWanted({ via, device }: Hop, { gateway, interfaceName }: GatewayTarget): boolean {
  return via === gateway && (device === undefined || device === interfaceName);
}

/** Whether a file's default route may be the source of this next hop in the kernel. */
function brings(one: FileDefault, { via, device }: Hop, interfaces: readonly HostInterface[]): boolean {
  // The gateway's address is enough: with a bridge or a bond the interface may have another name.
  if (one.via !== undefined) return one.via === via;
  if (!one.isLeased && via !== undefined && one.device !== device) return false;
  if (device === undefined) return true;
  const macAddress = interfaces.find(({ name }) => name === device)?.macAddress;
  const link: InterfaceRef = { interfaceName: device, ...(macAddress === undefined ? {} : { macAddress }) };
  return one.mayBeOn(link);
}

/** A default route in the words of ip-route(8), for a person. */
export function inWords({ via, device }: Hop, isLeased = false): string {
  const way = [via === undefined ? '' : `via ${via}`, device === undefined ? '' : `dev ${device}`];
  return ['default', ...way, isLeased ? 'by DHCP' : ''].filter(Boolean).join(' ');
}
