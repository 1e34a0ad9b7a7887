import { expect, it } from 'vitest';
import { links } from '../../src/system/links.ts';
import { interfacesHere } from '../support/interfaces.ts';

const interfaces = interfacesHere();

it('the interfaces of this machine with their IPv4 prefixes', () => {
  const lo = links().find(({ name }) => name === 'lo');
  expect(lo?.isLoopback).toBe(true);
  expect(lo?.addresses).toContainEqual({ address: '127.0.0.1', prefixLength: 8 });
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
