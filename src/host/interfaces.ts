import { RcWaitError } from '../base/error.ts';
import { contains, type Ipv4Address, type Ipv4Prefix, parseIpv4, parseIpv4Prefix } from '../base/ipv4.ts';
import type { Link } from '../system/links.ts';

/** An interface of this server that is up, with its IPv4 addresses. */
export type OwnInterface = Pick<Link, 'name' | 'addresses'>;

/** ServiceNet, in every region (Rackspace's documentation of the routes to keep). */
const serviceNetRanges: readonly Ipv4Prefix[] = ['10.176.0.0/12', '10.208.0.0/12']
  .map(parseIpv4Prefix)
  .filter((prefix) => prefix !== undefined);

/** Where requests must leave this server, by its flags and sources. */
export interface SourceRequest {
  /** `--source-address` */
  readonly address?: string | undefined;
  /** `--interface` */
  readonly interfaceName?: string | undefined;
  /** the API is Rackspace's own, so requests must leave by ServiceNet */
  readonly byServiceNet: boolean;
  /** the ServiceNet interface as the hypervisor or the config drive names it */
  readonly serviceNet?: string | undefined;
}

/**
 * The source address of requests, by which alone the API knows a server. In this order: the address that the
 * owner named; the address of the interface that a source of this server calls ServiceNet; this server's one
 * address in ServiceNet's ranges, or of several the one on eth1 (Rackspace's convention); undefined to let
 * the kernel choose.
 * @param present the interfaces of this server
 * @param exists whether an interface of that name exists, up or down
 * @returns `missing` when the interface exists but has no IPv4 address (yet)
 * @throws RcWaitError CONFIGURATION for an invalid address or interface
 */
export function sourceAddress(
  wanted: SourceRequest,
  present: readonly OwnInterface[],
  exists: (name: string) => boolean,
): Ipv4Address | undefined | 'missing' {
  if (wanted.address !== undefined) {
    const address = parseIpv4(wanted.address);
    if (address !== undefined) return address;
    throw new RcWaitError(
      'CONFIGURATION',
      `cannot use --source-address ${wanted.address}: an IPv4 address is expected, such as 10.208.5.7`,
    );
  }
  const { interfaceName } = wanted;
  if (interfaceName !== undefined) {
    if (!isInterfaceName(interfaceName) || !exists(interfaceName))
      throw noSuchInterface(interfaceName, present);
    const found = present.find(({ name }) => name === interfaceName)?.addresses[0];
    return found?.address ?? 'missing';
  }
  if (!wanted.byServiceNet) return undefined;
  const { serviceNet } = wanted;
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
 * Whether the kernel accepts a name for an interface (dev_valid_name in net/core/dev.c). An empty name, from
 * an unset variable, would mean the folder of all interfaces, which exists, and the wait for its address
 * would never end. The kernel accepts a leading hyphen, but ip(8) would take the name for an option.
 */
export function isInterfaceName(name: string): boolean {
  return /^[^\s/:-][^\s/:]{0,14}$/.test(name) && name !== '.' && name !== '..';
}

function noSuchInterface(name: string, present: readonly OwnInterface[]): RcWaitError {
  const names = present.map((one) => one.name).filter((one) => one !== 'lo');
  return new RcWaitError(
    'CONFIGURATION',
    `cannot use --interface ${name || '""'}: this server has no such interface`,
    {
      hint: names.length === 0 ? 'this server has no interface that is up' : `it has ${names.join(', ')}`,
    },
  );
}
