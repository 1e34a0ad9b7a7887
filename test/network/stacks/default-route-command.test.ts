import { describe, expect, it } from 'vitest';
import { routeCommand, waysAdded } from '../../../src/network/stacks/default-route-command.ts';

describe('a command of an up or down line', () => {
  it.each([
    'ip route add default via 203.0.113.1',
    'ip route add default via 203.0.113.1 dev eth0 || true',
    '/sbin/ip -4 route replace 0.0.0.0/0 via 203.0.113.1 >/dev/null 2>&1',
    'ip r a default via 203.0.113.1',
    'ip ro add to default via 203.0.113.1',
    'ip route add unicast default via 203.0.113.1 metric 100',
    'ip route append 0/0 via 203.0.113.1',
    'ip route add via 203.0.113.1 dev eth0',
    'ip route add default via 203.0.113.1 table main',
    'ip route add default via 203.0.113.1 table 254',
    'ip route del default via 203.0.113.1 dev eth0',
    'ip route change default dev eth0',
    'ip -f inet route add default dev eth0',
    'route add default gw 203.0.113.1',
    '/sbin/route add default gw 203.0.113.1 dev $IFACE || :',
    'route add -net default gw 203.0.113.1',
    'route add -net 0.0.0.0 netmask 0.0.0.0 gw 203.0.113.1',
    'route add -net 0.0.0.0/0 gw 203.0.113.1',
    'route del default',
    'ip route del default; ip route add default via 203.0.113.1',
  ])('"%s" is about the default route alone', (line) => {
    expect(routeCommand(line)).toBe('default-route');
  });

  it.each([
    'route add -net 10.208.0.0 netmask 255.240.0.0 gw 10.208.0.1 || true',
    'ip route add 10.176.0.0/12 via 10.208.0.1 || true',
    'ip -6 route add default via fe80::1',
    'ip route add default via 2001:db8::1 dev eth0',
    'ip -f inet6 route add default via fe80::1',
    'route -A inet6 add default gw fe80::1',
    'ip route add default via 203.0.113.1 table 100',
    'ip route show default',
    'ip rule add from 203.0.113.7 table 100',
    'ip link set dev eth0 up',
    'route -n',
    'route add -net 0.0.0.0 netmask 128.0.0.0 gw 10.0.0.1',
    'route add -host 192.0.2.1 gw 10.208.0.1',
    'iptables-restore < /etc/iptables.rules',
    'sysctl -w net.ipv4.conf.default.rp_filter=0',
    'echo default',
    'ip',
    'ip route',
    '',
  ])('"%s" is something else', (line) => {
    expect(routeCommand(line)).toBe('other');
  });

  it.each([
    'ip route add default via 203.0.113.1; iptables-restore < /etc/rules',
    'sysctl -w a=b && ip route add default via 203.0.113.1',
    'if true; then ip route add default via 203.0.113.1; fi',
    '(ip route add default via 203.0.113.1)',
    'ip route add default via $(cat /etc/gw)',
  ])('"%s" is mixed, and cannot be taken out as a whole', (line) => {
    expect(routeCommand(line)).toBe('mixed');
  });
});

describe('the way of a default route', () => {
  it.each([
    ['ip route add default via 203.0.113.1', '203.0.113.1', undefined],
    ['ip route add default via 203.0.113.1 dev eth0 onlink || true', '203.0.113.1', 'eth0'],
    ['ip route replace default via 203.0.113.1 dev $IFACE', '203.0.113.1', undefined],
    ['ip route add default dev "$IFACE"', undefined, undefined],
    ['ip route add default dev tun0', undefined, 'tun0'],
    ['route add default gw 203.0.113.1', '203.0.113.1', undefined],
    ['route add default gw 203.0.113.1 eth0', '203.0.113.1', 'eth0'],
    ['/sbin/route add default gw router.example', 'router.example', undefined],
    ['(route add default eth0)', undefined, 'eth0'],
    ['route add default gw 203.0.113.1 metric 5', '203.0.113.1', undefined],
  ])('%s', (line, via, device) => {
    expect(waysAdded(line)).toEqual([{ via, device }]);
  });

  it.each([
    'ip route del default dev eth0',
    'ip -4 r d default',
    'route del default gw 203.0.113.1',
    'ip link set eth0 up',
  ])('is none in %s', (line) => {
    expect(waysAdded(line)).toEqual([]);
  });

  it('is told for each command of a line', () => {
    expect(
      waysAdded('ip route del default; ip route add default dev eth0 && route add default eth2'),
    ).toEqual([
      { via: undefined, device: 'eth0' },
      { via: undefined, device: 'eth2' },
    ]);
  });
});
