import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifupdown } from '../../../../src/network/stacks/ifupdown/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const start = '/etc/network/interfaces';

function question(...files: NetworkFile[]) {
  return ifupdown.parser?.question(files, '/run/x', target);
}

function routes(printed: string): string[] | undefined {
  return ifupdown.parser
    ?.routes({ files: [], target, printed, made: [] })
    ?.map(({ on, to, via }) => `${on} ${to} ${via}`);
}

it('ifup is asked about every IPv4 interface, runs nothing, and reads what is included from the copy', () => {
  const text = `auto lo
iface lo inet loopback
iface eth0 inet dhcp
iface eth0 inet6 auto
iface tun0 inet6 auto
source /etc/network/interfaces.d/* more/*
\tsource-directory /etc/network/else
`;
  const more = { path: '/etc/network/interfaces.d/a', text: 'iface eth1 inet manual\n' };
  expect(question({ path: start, text }, more)).toEqual({
    files: [
      {
        path: start,
        text: text.replaceAll(/ \/etc\/network\/(interfaces|else)/g, ' /run/x/etc/network/$1'),
      },
      more,
    ],
    command: {
      argv: [
        'ifup',
        '--no-act',
        '--force',
        '--no-scripts',
        '--no-mappings',
        '--state-dir',
        '/run/x',
        '-i',
        '/run/x/etc/network/interfaces',
        'eth0',
        'eth1',
      ],
      timeoutMs: 60_000,
      check: true,
    },
  });
});

it('it is not asked where it would read files of the machine', () => {
  expect(question({ path: start, text: 'source a \\\n  /etc/network/b\n' })).toBeUndefined();
});

it('routes are read from the commands that it would run', () => {
  const printed = `/bin/ip addr add 10.208.5.7/255.255.224.0 broadcast 10.208.31.255 \t  dev eth1 label eth1
 /sbin/ip route add default via 10.208.0.1  dev eth1 onlink 
ip route add 10.176.0.0/12 via 10.208.0.1 dev eth1 || true
ip route add 192.0.2.0/24 via 10.208.0.1 table 100
ip -6 route replace default via fe80::1 dev eth1
route add default gw 203.0.113.1
/sbin/route add -net 10.208.0.0  netmask 255.240.0.0 gw 10.208.0.1 dev eth1
route add -net 0.0.0.0 netmask 0.0.0.0 gw 203.0.113.2
route del -net 10.0.0.0/8 gw 10.208.0.1
`;
  expect(routes(printed)).toEqual([
    'eth1 0.0.0.0/0 10.208.0.1',
    'eth1 10.176.0.0/12 10.208.0.1',
    ' 0.0.0.0/0 203.0.113.1',
    'eth1 10.208.0.0 netmask 255.240.0.0 10.208.0.1',
    ' 0.0.0.0/0 203.0.113.2',
  ]);
});

it('one that prints nothing of the interface has said nothing', () => {
  expect(routes('')).toBeUndefined();
  expect(routes('ip route add default via 203.0.113.1 dev eth10\n')).toBeUndefined();
});
