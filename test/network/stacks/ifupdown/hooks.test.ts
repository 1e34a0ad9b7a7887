import { expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifupdownAtBoot } from '../../../../src/network/stacks/ifupdown/hooks.ts';

const target = { gateway: parseIpv4('10.208.233.7') as Ipv4Address, interfaceName: 'eth1' };

function ordersOf(text: string): string[] {
  const files = [{ path: '/etc/network/interfaces', text }];
  const commands = ifupdownAtBoot.commands?.(files, target) ?? [];
  return commands.map(({ line, number, order }) => `${number} ${line}: ${order}`);
}

it('commands of an interface with DHCP count from the line on that sets the gateway', () => {
  const text =
    'auto eth1\niface eth1 inet dhcp\n  up a\n  post-up ip -4 route replace 0.0.0.0/0 via 10.208.233.7 dev $IFACE\n  up b\n';
  expect(ordersOf(text)).toEqual([
    '3 a: before',
    '4 ip -4 route replace 0.0.0.0/0 via 10.208.233.7 dev eth1: after',
    '5 b: after',
  ]);
});

it('without that line they come after the route that DHCP sets', () => {
  expect(ordersOf('iface eth1 inet dhcp\n  pre-up a\n  up b\n  down c\n')).toEqual([
    '2 a: before',
    '3 b: after',
  ]);
});

it('files without the gateway\u2019s interface tell no order', () => {
  expect(ordersOf('auto eth0\niface eth0 inet dhcp\n  up a $IFACE\n')).toEqual(['3 a eth0: unknown']);
});
