import { expect, it } from 'vitest';
import { nicsBelow } from '../../src/host/mac-addresses.ts';
import { treeWith } from './tree.ts';

const address = (name: string): string => `/sys/class/net/${name}/address`;

it('interfaces are known by their addresses, those of a device first', async () => {
  const root = treeWith({
    [address('br0')]: 'bc:76:4e:00:00:09\n',
    [address('eth1')]: 'bc:76:4e:00:00:02\n',
    '/sys/class/net/eth1/device/x': '',
    [address('eth0')]: 'bc:76:4e:00:00:01\n',
    '/sys/class/net/eth0/device/x': '',
    [address('lo')]: '00:00:00:00:00:00\n',
    '/sys/class/net/bonding_masters': '',
  });
  expect(await nicsBelow(root)).toEqual([
    { name: 'eth0', mac: 'BC764E000001' },
    { name: 'eth1', mac: 'BC764E000002' },
    { name: 'br0', mac: 'BC764E000009' },
  ]);
});

it('a host of containers does not cost a look for each of them', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `veth${index}`);
  const root = treeWith(Object.fromEntries(names.map((name) => [address(name), 'bc:76:4e:00:00:01\n'])));
  expect(await nicsBelow(root)).toHaveLength(16);
});

it('there are none where there is no sysfs', async () => {
  expect(await nicsBelow(treeWith())).toEqual([]);
});
