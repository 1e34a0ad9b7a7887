import { describe, expect, it } from 'vitest';
import { nextHopsAdded, routeCommand } from '../../../../src/network/stacks/text/route-command.ts';

describe('a command of an up or down line', () => {
  it.each([
    'ip route add default via 203.0.113.1',
    'ip route add default via 203.0.113.1 dev eth0 || true',
    '/sbin/ip -4 route replace 0.0.0.0/0 via 203.0.113.1 >/dev/null 2>&1',
    'ip r a default via 203.0.113.1',
    'ip ro add to default via 203.0.113.1',
    'ip route add unicast default via 203.0.113.1 metric 100',
    'ip route append 0/0 via 203.0.113.1',
    'ip route add 0x0/0 via 203.0.113.1',
    'ip route add 0x0.0/0x0 via 203.0.113.1',
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
    'ip route add default via 203.0.113.1 dev eth0  # ticket: 4711',
    'ip route add default via 203.0.113.1 # not in table 100, -6',
    'ip route add "default" via 203.0.113.1',
    "ip 'route' add def\\ault via 203.0.113.1",
    '"/sbin/ip" route add default via 203.0.113.1',
    'ip route add metric 5 proto static default via 203.0.113.1',
    'ip route add via 203.0.113.1 dev eth0 onlink default',
    'ip -o -d route add to any via 203.0.113.1',
    'ip --family inet route add all via 203.0.113.1',
    'ip route prepend 0.0.0.0/0.0.0.0 via 203.0.113.1',
    'ip route add default nexthop via 203.0.113.1 dev eth0 nexthop via 203.0.113.2 dev eth2',
    'ip route add default via inet6 fe80::1 dev eth0',
    'METRIC=5 ip route add default via 203.0.113.1 metric $METRIC',
    'sh -c "ip route add default via 203.0.113.1"',
    'eval "ip route add default via $GW"',
    'sudo -n nice -n 5 ip route add default via 203.0.113.1',
    'route add -net 0.0.0.0 netmask 0 gw 203.0.113.1',
    'route -v add -net 0/0 gw 203.0.113.1 dev eth0',
    'route add 0 gw 203.0.113.1',
    'ip route add default via $(cat /etc/gw) || ip route add default via 203.0.113.1'.replace(
      /\$\(.*?\)/,
      '$GW',
    ),
    'ip route flush 0/0',
    '$IP route add default via 203.0.113.1',
    'ip route add default via 203.0.113.1 & ',
    'sleep 5; ip route add default via 203.0.113.1; exit 0',
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
    'ip route add',
    '',
    'echo "ip route add default via 203.0.113.1"',
    '# ip route add default via 203.0.113.1',
    'logger ip route add default via 203.0.113.1',
    'ip netns exec blue ip route add default via 203.0.113.1',
    'ip -n blue route add default via 203.0.113.1',
    'ip route add default via 203.0.113.1 vrf blue',
    'ip route add unreachable default metric 4278198272',
    'ip route add 10.0.0.0/8 via $GW',
    'ip route add $NET via 10.208.0.1 table 100',
    'ip route flush cache',
    'ip route flush dev eth0',
    'ip route flush table 100',
    'ip route get default',
    'ip -6 route add default via fe80::1 # 0/0',
    'route add -host 0.0.0.0 gw 203.0.113.1',
    'route add default reject',
    `for n in 10.208.0.0/12 10.176.0.0/12; do ip route add "\${n}" via 10.208.0.1; done`,
    'cat <<EOF\nip route add default via 203.0.113.1\nEOF',
    'ip route save > /etc/routes.bin',
    'ip -6 route restore < /etc/routes.bin',
    `python3 -c 'import os; os.system("ip link set eth0 mtu 9000")'`,
    `python3 -c 'print("default")'`,
    `ip route show default | perl -ne 'print if /default via/'`,
    `perl -e 'system("ip route add 10.0.0.0/8 via 10.208.224.1")'`,
  ])('"%s" is something else', (line) => {
    expect(routeCommand(line)).toBe('other');
  });

  it.each([
    'ip route add default via 203.0.113.1; iptables-restore < /etc/rules',
    'sysctl -w a=b && ip route add default via 203.0.113.1',
    'if true; then ip route add default via 203.0.113.1; fi',
    '(ip route add default via 203.0.113.1)',
    'ip route add default via $(cat /etc/gw)',
    'ip route add default via `cat /etc/gw`',
    'for n in 10.208.0.0/12 default; do ip route add $n via 10.208.0.1; done',
    'ip route flush table main',
    'case $IFACE in eth0) ip route add default via 203.0.113.1;; esac',
    'test -f /x && { ip route add default via 203.0.113.1; }',
    'GW=$(ip route add default via 203.0.113.1)',
  ])('"%s" is mixed, and cannot be taken out as a whole', (line) => {
    expect(routeCommand(line)).toBe('mixed');
  });
});

it.each([
  'ip route add $NET via 10.208.0.1',
  'ip route add default via 203.0.113.1 table $T',
  'ip route $VERB default',
  'ip $OPTIONS route add default via 203.0.113.1',
  'ip -batch /etc/routes',
  'route add $NET gw 10.208.0.1',
  'route add -net 0.0.0.0 netmask $MASK gw 10.208.0.1',
  'route $VERB default',
  'echo default via 203.0.113.1 | xargs ip route add',
  'printf "ip route add default via 203.0.113.1" | sh',
  'ip route restore < /etc/routes.bin',
  'ip -4 ro res < /etc/routes.bin',
  `python3 -c 'import os; os.system("ip route add default via 203.0.113.1")'`,
  `python3 -c 'import subprocess as s; s.run(["ip", "r", "a", "0/0", "via", "203.0.113.1"])'`,
  `python3 -c'from pyroute2 import IPRoute; IPRoute().route("add", dst="default", gateway="203.0.113.1")'`,
  `/usr/bin/perl -e 'exec qw(ip r a default via 203.0.113.1)'`,
  `nohup perl -we "system('route add default gw 203.0.113.1')" &`,
  `ruby -e 'system "ip route replace default via 203.0.113.1"'`,
])('"%s" hangs on what only a shell could tell', (line) => {
  expect(routeCommand(line)).toBe('unclear');
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
    expect(nextHopsAdded(line)).toEqual([{ via, device }]);
  });

  it.each([
    'ip route del default dev eth0',
    'ip -4 r d default',
    'route del default gw 203.0.113.1',
    'ip link set eth0 up',
  ])('is none in %s', (line) => {
    expect(nextHopsAdded(line)).toEqual([]);
  });

  it('is told for each command of a line', () => {
    expect(
      nextHopsAdded('ip route del default; ip route add default dev eth0 && route add default eth2'),
    ).toEqual([
      { via: undefined, device: 'eth0' },
      { via: undefined, device: 'eth2' },
    ]);
  });
});
