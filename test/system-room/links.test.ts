import type { networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { sourceAddress } from '../../src/host/interfaces.ts';
import { links } from '../../src/system/links.ts';
import { interfacesHere } from '../support/interfaces.ts';

const interfaces = interfacesHere();

it('the interfaces of this machine with their IPv4 prefixes', () => {
  const lo = links().find(({ name }) => name === 'lo');
  expect(lo?.isLoopback).toBe(true);
  expect(lo?.addresses).toContainEqual({ address: '127.0.0.1', prefixLength: 8 });
});

it('200 interfaces, each with its addresses, of which the one on ServiceNet is found', () => {
  const of = (family: 'IPv4' | 'IPv6', cidr: string, at: number) => {
    const mac = `02:00:00:00:00:${at.toString(16).padStart(2, '0')}`;
    return { internal: false, mac, netmask: '', family, address: cidr.split('/')[0] ?? '', cidr, scopeid: 0 };
  };
  // Names as containers and bridges have them, and ServiceNet's in the middle.
  const names = Array.from({ length: 200 }, (_, at) => (at === 117 ? 'eth1' : `veth${at}`));
  interfaces.mockReturnValue(
    Object.fromEntries(
      names.map((name, at) => {
        const own = name === 'eth1' ? '10.208.5.7/19' : `172.16.${at}.1/24`;
        return [name, [of('IPv4', own, at), of('IPv6', `fe80::${at}/64`, at)]];
      }),
    ) as ReturnType<typeof networkInterfaces>,
  );
  const all = links();
  expect(all.map(({ name }) => name)).toEqual(names);
  expect(all.every(({ addresses }) => addresses.length === 1)).toBe(true);
  expect(sourceAddress({ byServiceNet: true }, all, () => true)).toBe('10.208.5.7');
  expect(sourceAddress({ byServiceNet: true, interfaceName: 'veth199' }, all, () => true)).toBe(
    '172.16.199.1',
  );
});

it('an address with a label is one of its interface', () => {
  const info = { internal: false, mac: 'BC:76:4E:20:6C:5B', netmask: '' };
  interfaces.mockReturnValue({
    'eth1:0': [{ ...info, family: 'IPv4', address: '10.208.5.7', cidr: '10.208.5.7/19' }],
    eth1: [
      { ...info, family: 'IPv6', address: 'fe80::1', cidr: 'fe80::1/64', scopeid: 2 },
      { ...info, family: 'IPv4', address: '192.0.2.8', cidr: null },
    ],
    eth2: undefined,
  });
  expect(links()).toEqual([
    {
      name: 'eth1',
      macAddress: 'bc:76:4e:20:6c:5b',
      isLoopback: false,
      addresses: [{ address: '10.208.5.7', prefixLength: 19 }],
    },
    { name: 'eth2', macAddress: '', isLoopback: false, addresses: [] },
  ]);
});
