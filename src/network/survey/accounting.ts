import type { FileDefault, GatewayWish, HostInterface, Target } from '../types.ts';

/** A default route that is not the wished one, or that only a DHCP server decides on. */
export function isForeign({ via, isLeased, mayBeOn }: FileDefault, wish: GatewayWish): boolean {
  return isLeased || via !== wish.gateway || !mayBeOn(wish);
}

/**
 * The kernel's default routes, but the wished one, that none of these files brings: a plan that changes
 * those files takes them away for now, and whatever sets them will do so again.
 * @param interfaces by which MAC addresses are told
 */
export function unexplained<T extends Shown>(
  routes: readonly T[],
  files: readonly FileDefault[],
  wish: GatewayWish,
  interfaces: readonly HostInterface[],
): T[] {
  return routes.filter((route) =>
    hopsOf(route).some((hop) => !isWish(hop, wish) && !files.some((one) => brings(one, hop, interfaces))),
  );
}

/** A route of the kernel by the words of ip-route(8). */
interface Shown {
  readonly words: readonly string[];
}

/** One way of a route, which may have several. */
interface Hop {
  readonly via: string | undefined;
  readonly device: string | undefined;
}

/** The ways of a route as ip-route(8) shows it. */
function hopsOf({ words }: Shown): Hop[] {
  const text = words.join(' ');
  const parts = text.includes(' nexthop ') ? text.split(' nexthop ').slice(1) : [text];
  return parts.map((part) => ({
    via: / ?\bvia (?:inet6? )?(\S+)/.exec(part)?.[1],
    device: /\bdev (\S+)/.exec(part)?.[1],
  }));
}

function isWish({ via, device }: Hop, { gateway, interfaceName }: GatewayWish): boolean {
  return via === gateway && (device === undefined || device === interfaceName);
}

/** Whether a file's default route may be this one of the kernel. */
function brings(one: FileDefault, { via, device }: Hop, interfaces: readonly HostInterface[]): boolean {
  // A gateway's address tells the network; the interface of a bridge or a bond may have another name.
  if (one.via !== undefined) return one.via === via;
  if (!one.isLeased && via !== undefined && one.device !== device) return false;
  if (device === undefined) return true;
  const macAddress = interfaces.find(({ name }) => name === device)?.macAddress;
  const target: Target = { interfaceName: device, ...(macAddress === undefined ? {} : { macAddress }) };
  return one.mayBeOn(target);
}

/** A default route in words, as ip-route(8) writes it. */
export function inWords({ via, device }: Hop, isLeased = false): string {
  const way = [via === undefined ? '' : `via ${via}`, device === undefined ? '' : `dev ${device}`];
  return ['default', ...way, isLeased ? 'by DHCP' : ''].filter(Boolean).join(' ');
}
