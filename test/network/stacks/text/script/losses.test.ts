import { expect, it } from 'vitest';
import { bringsBack, lossOf } from '../../../../../src/network/stacks/text/script/losses.ts';

it.each([
  'ip route flush dev eth1 mtu 1400',
  'ip route del default dev eth1 mtu 1400',
  'ip route flush via inet 10.208.0.1 dev eth1',
])('"%s" takes a route of eth1 away', (line) => {
  expect(lossOf(line.split(' '))).toMatchObject({ device: { kind: 'one', value: 'eth1' } });
});

it.each(['ip route del', 'ip', 'ip link', 'ip route flush table main vrf blue', 'nmcli device', 'route'])(
  '"%s" takes none away',
  (line) => {
    expect(lossOf(line.split(' '))).toBeUndefined();
  },
);

it.each([
  ['networkctl reconfigure eth1', true],
  ['networkctl reconfigure eth0', false],
  ['nmcli con up eth1', true],
  ['nmcli con up eth0', false],
  ['nmcli networking on', true],
  ['nmcli con show eth1', false],
  ['service networking restart', true],
  ['/etc/init.d/networking restart', false],
  ['ifup -a', true],
  ['ifup eth0', false],
])('"%s" brings the gateway of eth1 back: %s', (line, isBack) => {
  expect(bringsBack(line.split(' '), 'eth1')).toBe(isBack);
});
