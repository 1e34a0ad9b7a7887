import { RcWaitError } from '../base/error.ts';
import { contains, type Ipv4Address, type Ipv4Prefix, parseIpv4, parseIpv4Prefix } from '../base/ipv4.ts';
import type { Link } from '../system/links.ts';

/** An interface of this server that is up, with its IPv4 addresses. */
export type Interface = Pick<Link, 'name' | 'addresses'>;

/** ServiceNet, in every region (Rackspace's documentation of the routes to keep). */
const serviceNetRanges: readonly Ipv4Prefix[] = ['10.176.0.0/12', '10.208.0.0/12']
  .map(parseIpv4Prefix)
  .filter((prefix) => prefix !== undefined);

/** Where requests shall leave this server, as its owner said it. */
export interface SourceWish {
  /** `--source-address` */
  readonly address?: string | undefined;
  /** `--interface` */
  readonly interfaceName?: string | undefined;
  /** the API is Rackspace's own, so the request must leave by ServiceNet */
  readonly byServiceNet: boolean;
  /** the ServiceNet interface as the hypervisor or the config drive names it */
  readonly serviceNet?: string | undefined;
}

/**
 * The source address of requests: what the owner named, else that of the
 * interface which a source of this server calls ServiceNet, else this server's
 * one address in ServiceNet's ranges, among several that of eth1 (Rackspace's
 * convention), or undefined to let the kernel choose. The API knows a server by
 * nothing else.
 *
 * @param present the interfaces of this server
 * @param exists whether an interface of that name exists, up or not
 * @returns `missing` when the interface exists and has no IPv4 address (yet)
 * @throws RcWaitError CONFIGURATION for an address or an interface that cannot be
 */
export function sourceAddress(
  wish: SourceWish,
  present: readonly Interface[],
  exists: (name: string) => boolean,
): Ipv4Address | undefined | 'missing' {
  if (wish.address !== undefined) {
    const address = parseIpv4(wish.address);
    if (address !== undefined) return address;
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot use --source-address ${wish.address}: an IPv4 address is expected, such as 10.208.5.7`,
    );
  }
  const { interfaceName } = wish;
  if (interfaceName !== undefined) {
    if (!isInterfaceName(interfaceName) || !exists(interfaceName))
      throw noSuchInterface(interfaceName, present);
    const found = present.find(({ name }) => name === interfaceName)?.addresses[0];
    return found?.address ?? 'missing';
  }
  if (!wish.byServiceNet) return undefined;
  const { serviceNet } = wish;
  if (serviceNet !== undefined) {
    const { addresses = [] } = present.find(({ name }) => name === serviceNet) ?? {};
    return (addresses.find(isOfServiceNet) ?? addresses[0])?.address ?? 'missing';
  }
  const candidates = present.flatMap(({ name, addresses }) =>
    addresses.filter(isOfServiceNet).map(({ address }) => ({ name, address })),
  );
  const [only] = candidates.length === 1 ? candidates : candidates.filter(({ name }) => name === 'eth1');
  return only?.address;
}

function isOfServiceNet({ address }: Ipv4Prefix): boolean {
  return serviceNetRanges.some((range) => contains(range, address));
}

/**
 * What the kernel takes for the name of an interface (dev_valid_name in
 * net/core/dev.c). An empty one, from a variable that is not set, would name
 * the folder of all interfaces, which exists, and be waited for to no end. One
 * that begins with a hyphen the kernel would take, and ip(8) would take it for an option.
 */
export function isInterfaceName(name: string): boolean {
  return /^[^\s/:-][^\s/:]{0,14}$/.test(name) && name !== '.' && name !== '..';
}

function noSuchInterface(name: string, present: readonly Interface[]): RcWaitError {
  const names = present.map((one) => one.name).filter((one) => one !== 'lo');
  return new RcWaitError(
    'CONFIGURATION',
    `cannot use --interface ${name || '""'}: this server has no such interface`,
    {
      hint: names.length === 0 ? 'this server has no interface that is up' : `it has ${names.join(', ')}`,
    },
  );
}
