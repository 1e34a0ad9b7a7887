import { RcWaitError } from '../../base/error.ts';
import { contains, type Ipv4Address, ipv4ToNumber, rangeOf } from '../../base/ipv4.ts';
import type { HostInterface } from '../types.ts';

/**
 * The interface whose prefix holds the gateway.
 *
 * A gateway must be a unicast address (not 0/8, 127/8, 224/4 and above; RFC 6890,
 * RFC 1112), on-link on exactly one interface, and not that interface's own,
 * network or broadcast address. `.255` inside a wider prefix is an ordinary
 * address: Rackspace assigns such gateways in its /19 networks. A /31 has neither
 * network nor broadcast address (RFC 3021). A /32 has no room for a neighbour, so
 * it cannot contain a gateway.
 *
 * @param interfaceName the required interface, by name or MAC address; default: any
 * @throws RcWaitError GATEWAY_INVALID with the existing prefixes; CONFIGURATION if there is no such interface
 */
export function interfaceForGateway(
  gateway: Ipv4Address,
  interfaces: readonly HostInterface[],
  interfaceName?: string,
): HostInterface {
  if (!isUnicast(gateway)) throw invalid(gateway, 'it is not a unicast address');
  const candidates =
    interfaceName === undefined ? interfaces : interfaces.filter((one) => isCalled(one, interfaceName));
  if (interfaceName !== undefined && candidates.length === 0) throw noInterface(interfaceName, interfaces);
  const holders = candidates.filter((one) => holds(one, gateway));
  const [holder, other] = holders;
  if (holder === undefined) {
    throw invalid(
      gateway,
      `it lies in no prefix of ${interfaceName ?? 'this server'} (${describe(candidates)})`,
    );
  }
  if (other !== undefined) {
    throw invalid(
      gateway,
      `it lies in prefixes of ${holders.map(({ name }) => name).join(' and ')}`,
      'choose one with --interface',
    );
  }
  refuseReserved(gateway, holder);
  return holder;
}

/** Also matches the MAC address: a change made on a disk that was not running may know only that. */
function isCalled({ name, macAddress }: HostInterface, word: string): boolean {
  return name === word || (macAddress !== undefined && macAddress === word.toLowerCase());
}

/**
 * The interfaces of files, with one of them renamed to the name that the user gave: if the files identify it by
 * its MAC address alone, only the user knows its name on the running system.
 * @param labels names that are only labels
 */
export function namedByHand(
  interfaces: readonly HostInterface[],
  labels: readonly string[],
  { gateway, interfaceName }: { readonly gateway: Ipv4Address; readonly interfaceName?: string | undefined },
): readonly HostInterface[] {
  if (interfaceName === undefined || interfaces.some((one) => isCalled(one, interfaceName)))
    return interfaces;
  const [only, other] = interfaces.filter(
    ({ name, addresses }) => labels.includes(name) && addresses.some((prefix) => contains(prefix, gateway)),
  );
  if (only === undefined || other !== undefined) return interfaces;
  return interfaces.map((one) => (one === only ? { ...one, name: interfaceName } : one));
}

/**
 * Whether the gateway's interface may just be late: no prefix contains the gateway yet,
 * but an address that is still to come may bring one.
 * @param interfaceName as for `interfaceForGateway`
 */
export function mayStillFit(
  gateway: Ipv4Address,
  interfaces: readonly HostInterface[],
  interfaceName?: string,
): boolean {
  const candidates = interfaces.filter((one) => interfaceName === undefined || isCalled(one, interfaceName));
  return isUnicast(gateway) && !candidates.some((one) => holds(one, gateway));
}

function isUnicast(address: Ipv4Address): boolean {
  const firstOctet = Math.floor(ipv4ToNumber(address) / 2 ** 24);
  return firstOctet !== 0 && firstOctet !== 127 && firstOctet < 224;
}

function holds({ addresses }: HostInterface, gateway: Ipv4Address): boolean {
  return addresses.some((prefix) => contains(prefix, gateway));
}

function refuseReserved(gateway: Ipv4Address, { name, addresses }: HostInterface): void {
  if (addresses.some(({ address }) => address === gateway))
    throw invalid(gateway, `it is an address of ${name} itself`);
  // With two prefixes on one interface, the gateway may be the last address of one and lie well inside the other.
  const holding = addresses.filter((prefix) => contains(prefix, gateway));
  const number = ipv4ToNumber(gateway);
  const usable = holding.some((prefix) => {
    const { first, last } = rangeOf(prefix);
    return prefix.prefixLength >= 31 || (number !== first && number !== last);
  });
  if (usable) return;
  const prefixes = holding.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(', ');
  throw invalid(gateway, `it is the network or the broadcast address of ${name} (${prefixes})`);
}

function describe(interfaces: readonly HostInterface[]): string {
  const prefixes = interfaces.flatMap(({ name, addresses }) =>
    addresses.map(({ address, prefixLength }) => `${name} has ${address}/${prefixLength}`),
  );
  return prefixes.length > 0 ? prefixes.join(', ') : 'no IPv4 address is known';
}

function invalid(gateway: Ipv4Address, reason: string, hint?: string): RcWaitError {
  return new RcWaitError(
    'GATEWAY_INVALID',
    `cannot use the gateway ${gateway}: ${reason}`,
    hint === undefined ? {} : { hint },
  );
}

function noInterface(name: string, interfaces: readonly HostInterface[]): RcWaitError {
  const names = interfaces.map((one) => one.name).join(', ') || 'none';
  return new RcWaitError(
    'CONFIGURATION',
    `cannot find the interface ${name}: there is no such interface with an IPv4 address`,
    {
      hint: `interfaces with an IPv4 address: ${names}`,
    },
  );
}
