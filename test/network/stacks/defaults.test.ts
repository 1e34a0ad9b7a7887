import { describe, expect, it } from 'vitest';
import type { StackName } from '../../../src/base/stack-names.ts';
import { stacks } from '../../../src/network/stacks/index.ts';
import type { FileDefault } from '../../../src/network/types.ts';

/** The default routes that files bring, by their paths. */
function defaultsOf(name: StackName, files: Readonly<Record<string, string>>): readonly FileDefault[] {
  const stack = stacks.find((one) => one.name === name);
  return stack?.defaults(Object.entries(files).map(([path, text]) => ({ path, text }))) ?? [];
}

/** In a line each: the way, the interface, and what is special. */
function words(all: readonly FileDefault[]): string[] {
  return all.map(
    ({ via = '-', device = '?', isLeased, isAtBoot }) =>
      `${via} ${device}${isLeased ? ' leased' : ''}${isAtBoot ? '' : ' by hand'}`,
  );
}

const mac = 'bc:76:4e:20:75:72';
const scripts = '/etc/sysconfig/network-scripts';
const rules = '/etc/sysconfig/network';
const keyfiles = '/etc/NetworkManager/system-connections';

describe('the default routes that files bring', () => {
  it.each<[StackName, Record<string, string>, string[]]>([
    [
      'ifupdown',
      { '/etc/network/interfaces': 'iface eth0 inet static\n gateway 1.1.1.1\n' },
      ['1.1.1.1 eth0 by hand'],
    ],
    ['ifupdown', { '/etc/network/interfaces': 'auto /eth*\niface eth0 inet dhcp\n' }, ['- eth0 leased']],
    [
      'ifupdown',
      {
        '/etc/network/interfaces':
          'auto eth0\niface eth0 inet static\n address 1.1.1.2/24\niface eth0:1 inet static\n up ip route add default via 1.1.1.1\n',
      },
      ['1.1.1.1 eth0'],
    ],
    [
      'ifupdown',
      {
        '/etc/network/interfaces': 'auto eth0\niface eth0 inet dhcp\n post-up ip route del default || true\n',
      },
      [],
    ],
    [
      'ifupdown',
      { '/etc/network/interfaces': 'iface eth0 inet static\n no-auto-down\n no-scripts\n gateway 1.1.1.1\n' },
      ['1.1.1.1 eth0 by hand'],
    ],
    [
      'ifupdown',
      { '/etc/network/interfaces': 'no-auto-down eth0\niface eth0 inet static\n gateway 1.1.1.1\n' },
      ['1.1.1.1 eth0 by hand'],
    ],
    [
      'ifupdown',
      {
        '/etc/network/interfaces': 'iface eth0 inet static\n no-scripts\n allow-hotplug\n gateway 1.1.1.1\n',
      },
      ['1.1.1.1 eth0'],
    ],
    [
      'ifupdown',
      // "inherits" counts in the iface line alone; "template" is no keyword of ifupdown.
      {
        '/etc/network/interfaces':
          'iface base inet static\n gateway 1.1.1.1\niface eth0 inet dhcp\n inherits base\n template base\n',
      },
      ['1.1.1.1 base by hand', '- eth0 leased by hand'],
    ],
    [
      'ifupdown',
      { '/etc/network/interfaces': 'auto eth0=home\niface home inet static\n gateway 1.1.1.1\n' },
      ['1.1.1.1 eth0'],
    ],
    [
      'networkd',
      { '/etc/systemd/network/1.network': '[Match]\nName=eth*\n[Network]\nDHCP=yes\n' },
      ['- ? leased'],
    ],
    [
      'networkd',
      {
        '/etc/systemd/network/1.network':
          '[Match]\nName=eth0\n[Network]\nGateway=1.1.1.1\n[Link]\nUnmanaged=yes\n',
      },
      [],
    ],
    [
      'networkd',
      { '/run/systemd/network/10-netplan-eth0.network': '[Match]\nName=eth0\n[Network]\nGateway=1.1.1.1\n' },
      [],
    ],
    [
      'networkd',
      {
        '/etc/systemd/network/1.network': '[Match]\nName=eth1\n[Network]\nDHCP=yes\n',
        '/etc/systemd/network/1.network.d/90-rc-wait.conf':
          '[Route]\nGateway=10.208.0.1\n[DHCPv4]\nUseGateway=false\n',
      },
      ['10.208.0.1 eth1', '- eth1 leased by hand'],
    ],
    [
      'networkmanager',
      { [`${keyfiles}/a`]: '[connection]\ntype=ethernet\nid=a\nautoconnect=false\n[ipv4]\nmethod=auto\n' },
      ['- ? leased by hand'],
    ],
    [
      'networkmanager',
      {
        [`${keyfiles}/a`]:
          '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=1.1.1.2/24,1.1.1.1\nroute1=0.0.0.0/0,1.1.1.3\n',
      },
      ['1.1.1.3 eth0', '1.1.1.1 eth0'],
    ],
    [
      'networkmanager',
      {
        [`${keyfiles}/a`]:
          '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=1.1.1.2/24\n',
      },
      [],
    ],
    [
      'networkmanager',
      {
        [`${keyfiles}/a`]:
          '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=auto\nignore-auto-routes=true\n',
      },
      [],
    ],
    [
      'networkmanager',
      {
        [`${keyfiles}/a`]:
          '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=auto\nignore-auto-routes=true\ngateway=1.1.1.1\n',
      },
      ['1.1.1.1 eth0'],
    ],
    [
      'netplan',
      {
        '/etc/netplan/a.yaml':
          'network: {ethernets: {a: {match: {macaddress: "BC:76:4e:20:75:72"}, dhcp4: true, activation-mode: manual}}}',
      },
      ['- ? leased by hand'],
    ],
    [
      'netplan',
      {
        '/etc/netplan/a.yaml':
          'network: {ethernets: {a: {match: {macaddress: x}, set-name: eth7, gateway4: 1.1.1.1}}}',
      },
      ['1.1.1.1 eth7'],
    ],
    ['ifcfg', { [`${scripts}/ifcfg-a`]: `HWADDR=${mac}\nBOOTPROTO=dhcp\n` }, ['- ? leased']],
    ['ifcfg', { [`${scripts}/ifcfg-eth0:1`]: 'DEVICE=eth0:1\nGATEWAY=1.1.1.1\n' }, ['1.1.1.1 eth0']],
    [
      'ifcfg',
      { [`${scripts}/ifcfg-eth0`]: 'DEVICE=eth0\nGATEWAY=1.1.1.1\n', [rules]: 'GATEWAYDEV=eth1\n' },
      [],
    ],
    [
      'ifcfg',
      { [`${scripts}/ifcfg-eth0`]: 'DEVICE=eth0\nIPADDR=1.1.1.2\nPREFIX=24\n', [rules]: 'GATEWAY=1.1.1.1\n' },
      ['1.1.1.1 eth0'],
    ],
    [
      'ifcfg',
      {
        [`${scripts}/ifcfg-eth0`]: 'DEVICE=eth0\nONBOOT=no\n',
        [`${scripts}/route-eth0`]: 'default via 1.1.1.1\n',
      },
      ['1.1.1.1 eth0 by hand'],
    ],
    ['ifcfg', { '/etc/sysconfig/static-routes': 'any net default gw 1.1.1.1\n' }, ['1.1.1.1 ?']],
    [
      'ifcfg',
      {
        [`${scripts}/ifcfg-eth0`]: 'DEVICE=eth0\nONBOOT=yes\nIPADDR=1.1.1.2\n',
        [`${scripts}/route-eth0`]: 'ADDRESS0=1.1.1.0\nNETMASK0=0.0.0.0\nGATEWAY0=1.1.1.1\n',
      },
      ['1.1.1.1 eth0'],
    ],
    [
      'networkd',
      {
        '/etc/systemd/network/10-eth0.network':
          '[Match]\nName=eth0\n[Route]\nDestination=1.1.1.0/0\nGateway=1.1.1.1\n',
      },
      ['1.1.1.1 eth0'],
    ],
    [
      'networkd',
      {
        '/etc/systemd/network/10-eth0.network':
          '[Match]\nName=eth0\n[Route]\nPreferredSource=1.1.1.2\n[Route]\nPreferredSource=2001:db8::2\n[Route]\nScope=link\n',
      },
      ['- eth0'],
    ],
    [
      'networkmanager',
      {
        [`${keyfiles}/eth0.nmconnection`]:
          '[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\naddress1=1.1.1.2/24\nroute1=1.1.1.0/0,1.1.1.3\n',
      },
      ['1.1.1.3 eth0'],
    ],
    [
      'ifcfg',
      {
        [`${scripts}/ifcfg-eth0`]: 'DEVICE=eth0\nIPADDR=1.1.1.2\nPREFIX=24\n',
        '/etc/sysconfig/static-routes': 'any net default gw 1.1.1.1\nany net default dev ppp0\n',
      },
      ['1.1.1.1 eth0', '- ppp0'],
    ],
    ['wicked', { [`${rules}/ifroute-eth0`]: 'default 1.1.1.1\n' }, ['1.1.1.1 ?']],
    [
      'wicked',
      {
        [`${rules}/ifcfg-eth0`]: 'STARTMODE=manual\nBOOTPROTO=dhcp\n',
        [`${rules}/routes`]: 'default - - eth0\n',
      },
      ['- eth0 by hand', '- eth0 leased by hand'],
    ],
    [
      'wicked',
      { [`${rules}/ifcfg-eth0`]: 'BOOTPROTO=dhcp\n', [`${rules}/dhcp`]: 'DHCLIENT_SET_DEFAULT_ROUTE=no\n' },
      [],
    ],
  ])('%s: %j', (name, files, expected) => {
    expect(words(defaultsOf(name, files))).toEqual(expected);
  });

  it.each<[StackName, Record<string, string>, [name: string, mac: string | undefined, may: boolean][]]>([
    [
      'ifupdown',
      { '/etc/network/interfaces': 'iface eth0 inet dhcp\n' },
      [
        ['eth0', undefined, true],
        ['eth1', undefined, false],
      ],
    ],
    [
      'networkd',
      { '/etc/systemd/network/1.network': `[Match]\nMACAddress=${mac}\n[Network]\nDHCP=yes\n` },
      [
        ['a', mac, true],
        ['a', undefined, true],
        ['a', 'bc:76:4e:20:75:73', false],
      ],
    ],
    [
      'networkmanager',
      {
        [`${keyfiles}/a`]: `[connection]\ntype=ethernet\nid=a\n[ethernet]\nmac-address=${mac}\n[ipv4]\nmethod=auto\n`,
      },
      [
        ['a', mac, true],
        ['a', 'bc:76:4e:20:75:73', false],
      ],
    ],
    [
      'netplan',
      { '/etc/netplan/a.yaml': `network: {ethernets: {a: {match: {macaddress: "${mac}"}, dhcp4: true}}}` },
      [
        ['eth0', mac, true],
        ['eth0', undefined, true],
        ['eth0', 'bc:76:4e:20:75:73', false],
      ],
    ],
    [
      'ifcfg',
      { [`${scripts}/ifcfg-a`]: `HWADDR=${mac}\nBOOTPROTO=dhcp\n` },
      [
        ['eth0', mac.toUpperCase(), true],
        ['eth0', undefined, true],
        ['eth0', 'bc:76:4e:20:75:73', false],
      ],
    ],
    [
      'ifcfg',
      { [`${scripts}/ifcfg-a`]: 'DEVICE=eth0\nBOOTPROTO=dhcp\n' },
      [
        ['eth0', undefined, true],
        ['eth1', undefined, false],
      ],
    ],
    [
      'ifcfg',
      { '/etc/sysconfig/static-routes': 'eth0 net default gw 1.1.1.1\n' },
      [
        ['eth0', undefined, true],
        ['eth1', undefined, false],
      ],
    ],
    [
      'wicked',
      { [`${rules}/ifcfg-eth0`]: 'BOOTPROTO=dhcp\n' },
      [
        ['eth0', undefined, true],
        ['eth1', undefined, false],
      ],
    ],
  ])('%s tells on which interface one may be: %j', (name, files, asked) => {
    const [one] = defaultsOf(name, files);
    for (const [interfaceName, macAddress, may] of asked) {
      expect(one?.mayBeOn({ interfaceName, ...(macAddress ? { macAddress } : {}) })).toBe(may);
    }
  });
});
