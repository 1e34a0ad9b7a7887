import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const files: NetworkFile[] = [
  {
    path: '/etc/netplan/50.yaml',
    text: 'network: {ethernets: {snet: {match: {name: eth1}}, eth0: {}}}\n',
  },
];

function unit(id: string, text: string): NetworkFile {
  return { path: `/run/systemd/network/10-netplan-${id}.network`, text };
}

function profile(id: string, text: string): NetworkFile {
  return { path: `/run/NetworkManager/system-connections/netplan-${id}.nmconnection`, text };
}

function routes(...made: NetworkFile[]): string[] | undefined {
  return netplan.parser
    ?.routes({ files, target, printed: '', made })
    ?.map(({ on, to, via }) => `${on} ${to} ${via}`);
}

it('netplan is asked below the folder alone, for no longer than a minute', () => {
  expect(netplan.parser?.question(files, '/run/x', target)).toEqual({
    files,
    command: { argv: ['netplan', 'generate', '--root-dir', '/run/x'], timeoutMs: 60_000, check: true },
  });
});

it('IPv4 routes of the main table are read from units of networkd', () => {
  const snet = `[Match]
Name=eth1

[Network]
Address=10.208.5.7/19
Gateway=10.208.0.1
Gateway=2001:db8::1

[Route]
Destination=10.176.0.0/12
Gateway=10.208.0.1

[Route]
Destination=0.0.0.0/0
Gateway=10.208.0.2
Metric=50

[Route]
Destination=192.0.2.0/24
Scope=link

[Route]
Destination=0.0.0.0/0
Gateway=10.208.0.3
Table=100

[Route]
Destination=0.0.0.0/0
Type=blackhole

[Route]
Destination=::/0
Gateway=2001:db8::1
`;
  expect(routes(unit('snet', snet), unit('red', '[Network]\nVRF=red\nGateway=203.0.113.1\n'))).toEqual([
    'snet 0.0.0.0/0 10.208.0.1',
    'snet 10.176.0.0/12 10.208.0.1',
    'snet 0.0.0.0/0 10.208.0.2',
    'snet 192.0.2.0/24 undefined',
  ]);
});

it('and from profiles of NetworkManager', () => {
  const snet = `[connection]
id=netplan-snet
type=ethernet
interface-name=eth1

[ipv4]
method=manual
address1=10.208.5.7/19,10.208.0.1
address2=10.208.5.8/19
gateway=10.208.0.2
route1=10.176.0.0/12,10.208.0.1,50
route2=0.0.0.0/0,10.208.0.3
route2_options=onlink=true,table=100
route3=0.0.0.0/0,10.208.0.4

[ipv6]
route1=::/0,2001:db8::1
`;
  const all = [
    'snet 0.0.0.0/0 10.208.0.1',
    'snet 0.0.0.0/0 10.208.0.2',
    'snet 10.176.0.0/12 10.208.0.1',
    'snet 0.0.0.0/0 10.208.0.4',
  ];
  expect(routes(profile('snet', snet))).toEqual(all);
  const never = snet.replace('method=manual', 'method=manual\nnever-default=true');
  expect(routes(profile('snet', never))).toEqual(['snet 10.176.0.0/12 10.208.0.1']);
});

it('a release that makes nothing for the interface has said nothing', () => {
  expect(routes()).toBeUndefined();
  expect(routes(unit('eth0', '[Network]\nGateway=203.0.113.1\n'))).toBeUndefined();
});
