import { describe, expect, it } from 'vitest';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';

const path = '/etc/netplan/a.yaml';
const read = (text: string) => netplan.addresses([{ path, text }]);
const eth1 = (settings: string) => `network:\n  version: 2\n  ethernets:\n    eth1:\n${settings}`;

describe('a file that every release of netplan refuses, and with it all files, is refused with its line', () => {
  it.each<[string, string]>([
    [eth1('      routes:\n'), 'line 5: "routes" is empty, and netplan expects a sequence'],
    [eth1('      routes: ~\n'), 'line 5: "routes" is not a sequence'],
    [eth1('      routes: {to: 0.0.0.0/0, via: 10.208.0.1}\n'), 'line 5: "routes" is not a sequence'],
    [eth1('      routes: [text]\n'), 'line 5: an item of "routes" is not a mapping'],
    [eth1('      routes:\n      - to: [0.0.0.0/0]\n'), 'line 6: "to" is not a single value'],
    [
      eth1('      routes:\n      - to: 0.0.0.0/0\n        on-link: maybe\n'),
      'line 7: "on-link" is not true or false',
    ],
    [eth1('      addresses: 10.208.5.7/19\n'), 'line 5: "addresses" is not a sequence'],
    [eth1('      addresses:\n'), 'line 5: "addresses" is empty, and netplan expects a sequence'],
    [
      eth1('      addresses:\n      -\n'),
      'line 6: an item of "addresses" is empty, and netplan expects an address with the length of its prefix, such as 192.0.2.1/24',
    ],
    [
      eth1('      addresses: [10.208.5.7]\n'),
      'line 5: an item of "addresses" is not an address with the length of its prefix, such as 192.0.2.1/24',
    ],
    [
      eth1('      addresses: [10.208.5.7/33]\n'),
      'line 5: an item of "addresses" is not an address with the length of its prefix, such as 192.0.2.1/24',
    ],
    [eth1('      gateway4:\n'), 'line 5: "gateway4" is empty, and netplan expects an IPv4 address'],
    [eth1('      gateway4: [10.208.0.1]\n'), 'line 5: "gateway4" is not an IPv4 address'],
    [eth1('      dhcp4:\n'), 'line 5: "dhcp4" is empty, and netplan expects true or false'],
    [eth1('      dhcp4: 1\n'), 'line 5: "dhcp4" is not true or false'],
    [eth1('      renderer: NetworkManger\n'), 'line 5: "renderer" is not "networkd" or "NetworkManager"'],
    [eth1('      nameservers: [10.0.0.1]\n'), 'line 5: "nameservers" is not a mapping'],
    [eth1('      nameservers: {addresses: 10.0.0.1}\n'), 'line 5: "addresses" is not a sequence'],
    [eth1('      match: eth1\n'), 'line 5: "match" is not a mapping'],
    [eth1('      match: {macaddress: [a]}\n'), 'line 5: "macaddress" is not a single value'],
    [eth1('      dhcp4-overrides:\n'), 'line 5: "dhcp4-overrides" is empty, and netplan expects a mapping'],
    [eth1('      mtu: {}\n'), 'line 5: "mtu" is not a single value'],
    [eth1('      <<: {mtu: 1500}\n'), 'line 5: netplan knows no key "<<" here'],
    [
      `${eth1('').replace('eth1:', 'eth1: &a {mtu: 1500}')}    eth2:\n      <<: *a\n`,
      'line 6: netplan knows no key "<<" here',
    ],
    [eth1(''), 'line 4: "eth1" is empty, and netplan expects a mapping'],
    [eth1('').replace('eth1:', 'eth1: up'), 'line 4: "eth1" is not a mapping'],
    [
      eth1('').replace('eth1:', '"eth*": {}'),
      'line 4: "eth*" is not a name without blanks, "*", "?" and brackets',
    ],
    ['network:\n  ethernets:\n', 'line 2: "ethernets" is empty, and netplan expects a mapping'],
    ['network:\n  ethernets: [eth1]\n', 'line 2: "ethernets" is not a mapping'],
    ['network:\n', 'line 1: "network" is empty, and netplan expects a mapping'],
    ['network: {version: 1}\n', 'line 1: "version" is not 2'],
    ['network: {renderer: wicked}\n', 'line 1: "renderer" is not "networkd" or "NetworkManager"'],
    ['network: {vlans: {v: {id: [1], link: eth1}}}\n', 'line 1: "id" is not a single value'],
    ['network: {bonds: {b: {interfaces: eth1}}}\n', 'line 1: "interfaces" is not a sequence'],
    ['networks: {}\n', 'line 1: netplan knows no key "networks" here'],
    ['---\n', 'line 1: the document is empty, and netplan expects a mapping'],
    ['['.repeat(20_000), 'line 1: it is nested more than 100 levels deep'],
    ['- network\n', 'line 1: the document is not a mapping'],
    ['? {a: b}\n: c\n', 'line 1: a key is not a single value'],
  ])('%j', (text, reason) => {
    expect(() => read(text)).toThrow(`cannot read ${path}: ${reason}`);
  });

  it('with the line of what is wrong, also behind an alias', () => {
    const text = eth1('      routes: &r\n      - &x {to: 0.0.0.0/0, via: 10.208.0.1}\n      mtu: *r\n');
    expect(() => read(text)).toThrow(`cannot read ${path}: line 7: "mtu" is not a single value`);
  });
});

describe('a file that netplan takes is read', () => {
  it.each([
    eth1('      {}\n'),
    eth1('      routes: []\n'),
    eth1('      addresses: []\n'),
    eth1('      addresses: ["2001:db8::1/64", 10.0.0.1/8: {label: "eth1:1", lifetime: "0"}]\n'),
    eth1('      dhcp4: YES\n      dhcp6: n\n      accept-ra: no\n'),
    eth1('      match: {name: "eth*", driver: [virtio_net, xen]}\n'),
    eth1('      match: {}\n'),
    eth1('      set-name:\n'),
    eth1('      optional-addresses: [dhcp4]\n      link-local: []\n'),
    eth1('      routes: [{to: default, via: 10.208.0.1, on-link: true, metric: 10}]\n'),
    eth1('      openvswitch: {}\n      networkmanager: {passthrough: {x: y}}\n'),
    eth1('      mtu: &m 1500\n    eth2: {mtu: *m}\n'),
    eth1('      mtu: 1500\n      mtu: 1400\n'),
    'network: {version: "2", renderer: NetworkManager, ethernets: {renderer: networkd, eth1: {}}}\n',
    'network: {tunnels: {t: {mode: gre, keys: {input: 1}, key: 7}, u: {mode: wireguard, peers: [{keys: {public: a}}]}}}\n',
    'network: {vlans: {v: {id: 1, link: eth1, renderer: sriov}}}\n',
    'network: {vrfs: {red: {table: 7, interfaces: [eth1], routes: [{to: default, via: 10.0.0.1}]}}}\n',
    'network: {}\n',
    '{}\n',
    '# nothing\n',
    '',
  ])('%j', (text) => {
    expect(() => read(text)).not.toThrow();
    expect(netplan.doubts?.([{ path, text }], false)).toEqual([]);
  });

  it('and a key that no release up to 1.1 knows is a doubt, with its line: a later one may know it', () => {
    const text = eth1('      adresses: [10.208.5.7/19]\n').replace(
      '  version: 2\n',
      '  version: 2\n  ethernet: {}\n',
    );
    expect(netplan.doubts?.([{ path, text }], false)).toEqual(
      [
        `${path}: line 3: netplan knows no key "ethernet" here`,
        `${path}: line 6: netplan knows no key "adresses" here`,
      ].map((one) => `${one}, and releases up to 1.1 then use no file of netplan at all`),
    );
  });

  it('in time, where anchors name anchors a million times', () => {
    const bomb = Array.from(
      { length: 20 },
      (_, at) => `      l${at + 1}: &l${at + 1} [*l${at}, *l${at}]\n`,
    ).join('');
    expect(() => read(eth1(`      l0: &l0 [x]\n${bomb}`))).not.toThrow();
  });
});
