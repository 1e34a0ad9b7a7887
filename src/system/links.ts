import { networkInterfaces } from 'node:os';
import { type Ipv4Prefix, parseIpv4Prefix } from '../base/ipv4.ts';

/** An interface of the running system that is up and has an address of any kind. */
export interface Link {
  readonly name: string;
  /** in lower case */
  readonly macAddress: string;
  readonly isLoopback: boolean;
  /** its IPv4 addresses */
  readonly addresses: readonly Ipv4Prefix[];
}

/**
 * Reads the interfaces by getifaddrs(3). That names the label of an address, not its interface: `eth1:0`, from
 * `ip address add … label eth1:0`, is an address of eth1 and becomes one here.
 */
export function links(): readonly Link[] {
  const labelled = Object.entries(networkInterfaces()).map(([label, addresses = []]) => ({
    name: label.split(':', 1)[0] ?? label,
    addresses,
  }));
  return [...Map.groupBy(labelled, ({ name }) => name)].map(([name, group]) => {
    const all = group.flatMap(({ addresses }) => addresses);
    return {
      name,
      macAddress: all[0]?.mac.toLowerCase() ?? '',
      isLoopback: all.some(({ internal }) => internal),
      addresses: all
        .filter(({ family }) => family === 'IPv4')
        .map(({ cidr }) => (cidr === null ? undefined : parseIpv4Prefix(cidr)))
        .filter((prefix) => prefix !== undefined),
    };
  });
}
