import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const disable = { ...target, publicInterface: 'disable' } as const;
const own = '/etc/netplan/90-rc-wait.yaml';

function etc(text: string, name = '50-cloud-init.yaml'): NetworkFile {
  return { path: `/etc/netplan/${name}`, text };
}

const server = `network:
  version: 2
  ethernets:
    eth0:
      addresses: [203.0.113.7/24]
      gateway4: 203.0.113.1
      nameservers:
        # Rackspace's
        addresses: [72.3.128.241, "2001:db8::53"]
        search: [a.example]
      mtu: 1500
    eth1:
      addresses: [10.208.5.7/19]
    eth2:
      addresses: [192.168.3.7/24]
      nameservers: {addresses: [192.168.3.1], search: [private.example]}
`;

/** The files after the edit, which is made a second time, and undone, on the way. */
function edited(files: readonly NetworkFile[], asked: GatewayTarget = target): NetworkFile[] {
  const changed = made(files, netplan.edit(files, asked));
  expect(netplan.edit(changed, asked)).toEqual([]);
  for (const { path, text } of files.filter((file) => file.path !== own)) {
    const text1 = changed.find((file) => file.path === path)?.text ?? '';
    if (!text.includes('# rc-wait')) expect(undo(text1)).toBe(text);
  }
  return changed;
}

/** What our own file says below `network`. */
function ours(files: readonly NetworkFile[]) {
  return parse(files.find(({ path }) => path === own)?.text ?? '{}').network;
}

describe('resolvers of the public interface', () => {
  it('go with the gateway, addresses of both kinds and search domains; a private network keeps its own', () => {
    const files = edited([etc(server)]);
    expect(files[0]?.text).toBe(
      server
        .replace('      gateway4', '# rc-wait off:       gateway4')
        .replace(
          / {6}nameservers:\n.*\n.*\n.*\n/,
          (lines) => `${lines.trimEnd().replace(/^/gm, '# rc-wait off: ')}\n`,
        ),
    );
    expect(ours(files)).toEqual({
      version: 2,
      ethernets: {
        eth1: {
          routes: [{ to: '0.0.0.0/0', via: '10.208.0.1' }],
          nameservers: { addresses: ['72.3.128.241', '2001:db8::53'], search: ['a.example'] },
        },
      },
    });
  });

  it.each([
    [
      'that the interface has already',
      '{addresses: ["2001:DB8::53", 72.3.128.241], search: [A.example]}',
      {},
    ],
    [
      'but no others',
      '{addresses: [10.0.0.1], search: [a.example, b.example]}',
      { nameservers: { addresses: ['72.3.128.241', '2001:db8::53'] } },
    ],
    [
      'but the domains',
      '{addresses: [72.3.128.241, "2001:db8::53"]}',
      { nameservers: { search: ['a.example'] } },
    ],
  ])('are not added a second time: those %s', (_, nameservers, expected) => {
    const text = server.replace('[10.208.5.7/19]', `[10.208.5.7/19]\n      nameservers: ${nameservers}`);
    const routes = [{ to: '0.0.0.0/0', via: '10.208.0.1' }];
    expect(ours(edited([etc(text)])).ethernets).toEqual({ eth1: { routes, ...expected } });
  });

  it('go too where its default route comes by DHCP, and from every file that names some', () => {
    const files = [
      etc('network: {ethernets: {eth0: {dhcp4: true, nameservers: {addresses: [1.1.1.1]}}, eth1: {}}}\n'),
      etc('network:\n  ethernets:\n    eth0:\n      nameservers: {search: [a]}\n', '60-more.yaml'),
    ];
    const changed = edited(files);
    expect(changed[0]?.text).toContain('\nnetwork: {ethernets: {eth0: {dhcp4: true}, eth1: {}}}\n');
    expect(changed[1]?.text).toContain('\n      {}\n');
    expect(ours(changed).ethernets).toMatchObject({
      eth1: { nameservers: { addresses: ['1.1.1.1'], search: ['a'] } },
    });
  });

  it('are asked for all names where they were before, though routing domains came along', () => {
    const search = (eth0: string, eth1: string, renderer = 'networkd') => {
      const both = `eth0: {gateway4: 1.1.1.1, nameservers: ${eth0}}, eth1: {nameservers: ${eth1}}`;
      const text = `network: {renderer: ${renderer}, ethernets: {${both}}}\n`;
      return ours(edited([etc(text)])).ethernets.eth1.nameservers.search;
    };
    const corp = '{addresses: [1.1.1.1], search: [~corp]}';
    expect(search(corp, '{addresses: [10.0.0.1]}')).toEqual(['~corp', '~.']);
    expect(search('{addresses: [1.1.1.1]}', '{addresses: [10.0.0.1], search: [~corp]}')).toEqual(['~.']);
    expect(search('{addresses: [1.1.1.1]}', '{addresses: [10.0.0.1], search: [~corp, ~.]}')).toBeUndefined();
    // Before, no other name was asked there either.
    expect(search(corp, '{}')).toEqual(['~corp']);
    // NetworkManager sees to it by itself: its connection has the default route.
    expect(search(corp, '{addresses: [10.0.0.1]}', 'NetworkManager')).toEqual(['~corp']);
  });

  it('stay where there are none, and where nothing public is', () => {
    const empty =
      'network: {ethernets: {eth0: {gateway4: 1.1.1.1, nameservers: {addresses: []}}, eth1: {}}}\n';
    expect(ours(edited([etc(empty)])).ethernets.eth1).not.toHaveProperty('nameservers');
    const priv = 'network: {ethernets: {eth2: {nameservers: {addresses: [1.1.1.1]}}, eth1: {}}}\n';
    expect(netplan.edit([etc(priv)], target).map(({ path }) => path)).toEqual([own]);
    expect(netplan.publicInterfaces([etc(priv)], target)).toEqual([]);
  });

  it('are in both places where a boot writes the file anew, for taken out there they would come back', () => {
    const dhcp = 'network: {ethernets: {eth0: {dhcp4: true, nameservers: {addresses: [1.1.1.1]}}}}\n';
    const files = [{ path: '/run/netplan/eth0.yaml', text: dhcp }, etc('network: {ethernets: {eth1: {}}}\n')];
    const changed = edited(files);
    expect(changed.slice(0, 2)).toEqual(files);
    expect(ours(changed).ethernets.eth1.nameservers).toEqual({ addresses: ['1.1.1.1'] });
  });

  it('move anew when the guest agent writes the file anew, and only what it names then', () => {
    const once = edited([etc(server)]);
    const rewritten = server.replace('72.3.128.241', '173.203.4.8');
    const twice = edited(made(once, [{ path: etc('').path, before: '', after: rewritten, mode: 0o600 }]));
    expect(ours(twice).ethernets.eth1.nameservers).toEqual({
      addresses: ['173.203.4.8', '2001:db8::53'],
      search: ['a.example'],
    });
    expect(twice).toEqual(made(twice, []));
  });

  it('come along when another interface gets the gateway, and back when the first does', () => {
    const once = edited([etc(server)]);
    const back = { gateway: parseIpv4('203.0.113.1'), interfaceName: 'eth0' } as GatewayTarget;
    expect(netplan.publicInterfaces(once, back)).toEqual([]);
    const there = edited(once, back);
    expect(ours(there).ethernets).toEqual({
      eth0: {
        routes: [{ to: '0.0.0.0/0', via: '203.0.113.1' }],
        nameservers: { addresses: ['72.3.128.241', '2001:db8::53'], search: ['a.example'] },
      },
    });
    expect(edited(there)).toEqual(once);
  });

  it('are remembered where somebody has added others beside those out of use', () => {
    const [first, second] = edited([etc(server)]);
    const text = (first?.text ?? '').replace(
      '      mtu: 1500\n',
      '      mtu: 1500\n      nameservers: {addresses: [9.9.9.9]}\n',
    );
    const changed = edited([etc(text), second].filter((file) => file !== undefined));
    expect(ours(changed).ethernets.eth1.nameservers.addresses).toEqual([
      '72.3.128.241',
      '2001:db8::53',
      '9.9.9.9',
    ]);
  });

  it('are remembered, and the interface stays down, where what is behind the marks is no YAML any more', () => {
    const once = edited([etc(server)], disable);
    const torn = made(once, [
      { path: etc('').path, before: '', after: `${once[0]?.text}# rc-wait off: {\n`, mode: 0o600 },
    ]);
    expect(netplan.edit(torn, disable)).toEqual([]);
    expect(netplan.edit(torn, target)).toMatchObject([
      { path: own, after: expect.stringContaining('72.3.128.241') },
    ]);
  });

  it('that stand for those of another interface as well stay with both, and the route goes', () => {
    const text =
      'network:\n  ethernets:\n    eth0:\n      gateway4: 1.1.1.1\n      nameservers: &ns {addresses: [1.1.1.1]}\n    eth1:\n      nameservers: *ns\n';
    expect(netplan.edit([etc(text)], target)).toMatchObject([
      { after: text.replace('      gateway4', '# rc-wait off:       gateway4') },
      { path: own, after: expect.not.stringContaining('nameservers') },
    ]);
    const other = text
      .replace('&ns {addresses: [1.1.1.1]}', '*ns')
      .replace('eth1:\n      nameservers: *ns\n', '');
    const shared = other.replace(
      '    eth0:',
      '    eth1: {nameservers: &ns {addresses: [1.1.1.1]}}\n    eth0:',
    );
    expect(ours(edited([etc(shared.trimEnd())])).ethernets.eth1).not.toHaveProperty('nameservers');
  });
});

describe('public interfaces', () => {
  it.each([
    ['its ID', 'eth0: {gateway4: 1.1.1.1}', 'eth0'],
    ['set-name', 'a: {match: {macaddress: "00:00:00:00:00:01"}, set-name: pub, gateway4: 1.1.1.1}', 'pub'],
    ['a match', 'a: {match: {name: ens3}, routes: [{to: default, via: 1.1.1.1}]}', 'ens3'],
    ['its ID, for want of a name', 'a: {match: {macaddress: "00:00:00:00:00:01"}, dhcp4: true}', 'a'],
  ])('go by %s', (_, definition, name) => {
    const files = [etc(`network: {ethernets: {eth1: {}, ${definition}}}\n`)];
    expect(netplan.publicInterfaces(files, target)).toEqual([name]);
    expect(netplan.publicInterfaces(edited(files, disable), target)).toEqual([name]);
  });

  it.each([
    ['no default route', '{addresses: [192.168.3.7/24], routes: [{to: 10.0.0.0/8, via: 192.168.3.1}]}'],
    ['DHCP that brings none', '{dhcp4: true, dhcp4-overrides: {use-routes: false}}'],
    ['a default route in a table of its own', '{routes: [{to: default, via: 1.1.1.1, table: 7}]}'],
  ])('are none with %s', (_, settings) => {
    const files = [etc(`network: {ethernets: {eth1: {}, eth2: ${settings}}}\n`)];
    expect(netplan.publicInterfaces(files, target)).toEqual([]);
    expect(edited(files, disable)[0]).toEqual(files[0]);
  });

  it('are known by their resolvers alone, where those are still out of use', () => {
    const file = etc(
      'network:\n  ethernets:\n    eth1: {}\n    eth0:\n      mtu: 1500\n# rc-wait off:       nameservers: {addresses: [1.1.1.1]}\n',
    );
    expect(netplan.publicInterfaces([file], target)).toEqual(['eth0']);
    expect(ours(edited([file])).ethernets.eth1.nameservers).toEqual({ addresses: ['1.1.1.1'] });
  });
});

describe('disabling', () => {
  it.each([
    ['networkd', '', 'off'],
    ['networkd, said of all', '  renderer: networkd\n', 'off'],
    ['NetworkManager, said of all', '  renderer: NetworkManager\n', 'manual'],
    ['NetworkManager, said of Ethernet', '  ethernets:\n    renderer: NetworkManager\n', 'manual'],
  ])('for %s', (_, renderer, mode) => {
    const text = renderer.startsWith('  ethernets')
      ? server.replace('  ethernets:\n', renderer)
      : server.replace('  version: 2\n', `  version: 2\n${renderer}`);
    const files = edited([etc(text)], disable);
    expect(ours(files).ethernets.eth0).toEqual({ 'activation-mode': mode });
    expect(edited(files)).toEqual(edited([etc(text)]));
  });

  it('goes by the definition first, then the section, then all, and by the last file', () => {
    const mode = (...texts: string[]) =>
      ours(
        edited(
          texts.map((text, index) => etc(`network: ${text}\n`, `${index}.yaml`)),
          disable,
        ),
      ).ethernets.eth0['activation-mode'];
    const eth1 = 'eth1: {}';
    expect(
      mode(`{renderer: NetworkManager, ethernets: {${eth1}, eth0: {gateway4: 1.1.1.1, renderer: networkd}}}`),
    ).toBe('off');
    expect(
      mode(`{renderer: networkd, ethernets: {renderer: NetworkManager, ${eth1}, eth0: {gateway4: 1.1.1.1}}}`),
    ).toBe('manual');
    expect(mode(`{ethernets: {${eth1}, eth0: {gateway4: 1.1.1.1}}}`, '{renderer: NetworkManager}')).toBe(
      'manual',
    );
  });

  it('keeps what else our file says of the interface', () => {
    const files = [etc('network: {renderer: NetworkManager, ethernets: {eth1: {}, eth0: {dhcp4: true}}}\n')];
    expect(ours(edited(files, disable)).ethernets.eth0).toEqual({
      'dhcp4-overrides': { 'use-routes': false },
      'activation-mode': 'manual',
    });
  });

  it.each([
    [
      'others share its definition',
      '{ethernets: {eth1: {}, all: {match: {name: "en*"}, dhcp4: true}}}',
      'cannot disable all: netplan\'s definition "all" may be for other interfaces as well',
    ],
    [
      'a driver tells them',
      '{ethernets: {eth1: {}, all: {match: {driver: virtio_net}, dhcp4: true}}}',
      'cannot disable all: netplan\'s definition "all" may be for other interfaces as well',
    ],
    [
      'the interface is a VLAN on it',
      '{ethernets: {eth0: {gateway4: 1.1.1.1}}, vlans: {eth1: {id: 5, link: eth0}}}',
      'cannot disable eth0: eth1 stands on it, says /etc/netplan/50-cloud-init.yaml',
    ],
    [
      'the interface is a bond of it',
      '{ethernets: {eth0: {gateway4: 1.1.1.1}}, bonds: {eth1: {interfaces: [eth0]}}}',
      'cannot disable eth0: eth1 stands on it, says /etc/netplan/50-cloud-init.yaml',
    ],
    [
      'a private network stands on it',
      '{ethernets: {eth1: {}, eth0: {gateway4: 1.1.1.1}}, bridges: {br0: {interfaces: [eth0]}}}',
      'cannot disable eth0: br0 stands on it, says /etc/netplan/50-cloud-init.yaml',
    ],
  ])('is refused where %s', (_, network, message) => {
    const files = [etc(`network: ${network}\n`)];
    expect(() => netplan.edit(files, disable)).toThrowError(
      expect.objectContaining({ code: 'NETWORK_FILE', message, hint: expect.any(String) }),
    );
    edited(files);
  });

  it('is refused where a file that netplan reads after ours would overrule it', () => {
    const late = etc('network: {ethernets: {eth0: {activation-mode: manual}}}\n', '99-late.yaml');
    expect(() => netplan.edit([etc(server), late], disable)).toThrowError(
      "cannot disable eth0: /etc/netplan/99-late.yaml sets its activation-mode, and netplan reads it after rc-wait's file",
    );
    expect(
      ours(edited([etc(server), { ...late, path: '/etc/netplan/60-x.yaml' }], disable)).ethernets.eth0,
    ).toEqual({
      'activation-mode': 'off',
    });
  });

  it('takes a bond down with its ports, which nothing else needs', () => {
    const text = '{ethernets: {eth1: {}, eth0: {}}, bonds: {bond0: {interfaces: [eth0], gateway4: 1.1.1.1}}}';
    const files = edited([etc(`network: ${text}\n`)], disable);
    expect(ours(files).bonds).toEqual({ bond0: { 'activation-mode': 'off' } });
  });
});
