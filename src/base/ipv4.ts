import { isIPv4 } from 'node:net';

declare const brand: unique symbol;

/** A validated IPv4 address in dotted decimal, such as `10.208.0.1`; never a bare string. */
export type Ipv4Address = string & { readonly [brand]: 'Ipv4Address' };

/** Reads an IPv4 address, with or without surrounding white space; undefined for anything else. */
export function parseIpv4(text: string): Ipv4Address | undefined {
  const trimmed = text.trim();
  return isIPv4(trimmed) ? (trimmed as Ipv4Address) : undefined;
}

/** The address as an unsigned 32-bit number. */
export function ipv4ToNumber(address: Ipv4Address): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** An interface's address and the length of its prefix. */
export interface Ipv4Prefix {
  readonly address: Ipv4Address;
  /** 0 to 32 */
  readonly prefixLength: number;
}

/** Reads `10.208.5.7/19`; undefined for anything but an address with a prefix. */
export function parseIpv4Prefix(text: string): Ipv4Prefix | undefined {
  const [host, length, ...rest] = text.trim().split('/');
  if (host === undefined || length === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length))
    return undefined;
  const address = parseIpv4(host);
  const prefixLength = Number(length);
  return address !== undefined && prefixLength <= 32 ? { address, prefixLength } : undefined;
}

/** The lowest and the highest address of a prefix as numbers: network and broadcast address. */
export function rangeOf({ address, prefixLength }: Ipv4Prefix): { first: number; last: number } {
  const size = 2 ** (32 - prefixLength);
  const first = Math.floor(ipv4ToNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** Whether `prefix` contains `address`; the network and broadcast addresses count. */
export function contains(prefix: Ipv4Prefix, address: Ipv4Address): boolean {
  const { first, last } = rangeOf(prefix);
  const number = ipv4ToNumber(address);
  return number >= first && number <= last;
}

/** The prefix length of a netmask such as `255.255.224.0`; undefined for anything else. */
export function netmaskLength(netmask: string | undefined): number | undefined {
  const mask = parseIpv4(netmask ?? '');
  const bits = mask && ipv4ToNumber(mask).toString(2).padStart(32, '0');
  return bits && /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}
