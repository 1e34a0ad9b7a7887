import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { FileChange, GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const context = { files: [], configFileOf: new Map() };
const own = '/etc/netplan/90-rc-wait.yaml';
const eth1 = `network:
  ethernets:
    eth1:
      addresses: [10.208.5.7/19]
`;

function at(path: string, text: string): NetworkFile {
  return { path, text };
}

function etc(text: string, name = '50-cloud-init.yaml'): NetworkFile {
  return at(`/etc/netplan/${name}`, text);
}

/** The files after the changes were made. */
function made(files: readonly NetworkFile[], changes: readonly FileChange[]): NetworkFile[] {
  const after = new Map(files.map(({ path, text }) => [path, text]));
  for (const { path, after: text } of changes) {
    if (text === undefined) after.delete(path);
    else after.set(path, text);
  }
  return [...after].map(([path, text]) => ({ path, text }));
}

function edit(...files: NetworkFile[]): Record<string, string | undefined> {
  return Object.fromEntries(netplan.edit(files, target).map(({ path, after }) => [path, after]));
}

/** The text after the edit; the edit is undone, and made a second time, on the way. */
function edited(text: string): string {
  const files = [etc(text)];
  const changes = netplan.edit(files, target);
  const after = changes.find(({ path }) => path.endsWith('50-cloud-init.yaml'))?.after ?? text;
  expect(undo(after)).toBe(text);
  expect(netplan.edit(made(files, changes), target)).toEqual([]);
  return after;
}

describe('the route goes into a file of our own', () => {
  it('written as 0.0.0.0/0, with mode 0600 and a word on how to undo it', () => {
    const [change, ...more] = netplan.edit([etc(eth1)], target);
    expect(more).toEqual([]);
    expect(change).toMatchObject({ path: own, before: undefined, mode: 0o600 });
    expect(change?.after).toMatchInlineSnapshot(`
      "# Written by rc-wait: the only default route of this server. Changes here are lost.
      # To undo it: remove this file; in the other files of this folder take away the
      # marks "# rc-wait off: " and "# rc-wait was: " (and the line below each "was");
      # then run "netplan apply".
      network:
        version: 2
        ethernets:
          eth1:
            routes:
              - to: 0.0.0.0/0
                via: 10.208.0.1
      "
    `);
  });

  it('and nothing is done a second time', () => {
    const files = [etc(eth1)];
    expect(netplan.edit(made(files, netplan.edit(files, target)), target)).toEqual([]);
  });

  it('and another gateway rewrites that file alone', () => {
    const files = [etc(`${eth1}    eth0:\n      gateway4: 203.0.113.1\n`)];
    const once = made(files, netplan.edit(files, target));
    const other = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
    const changes = netplan.edit(once, other);
    expect(changes.map(({ path }) => path)).toEqual([own]);
    expect(changes[0]?.after).toContain('via: 10.208.0.2');
  });

  it.each(['ethernets', 'bonds', 'vlans', 'bridges'])(
    'under %s, where the interface is defined',
    (section) => {
      const text = `network: {${section}: {eth1: {addresses: [10.208.5.7/19]}}}`;
      const after = edit(etc(text))[own];
      expect(parse(after ?? '')).toEqual({
        network: { version: 2, [section]: { eth1: { routes: [{ to: '0.0.0.0/0', via: '10.208.0.1' }] } } },
      });
    },
  );

  it.each([
    ['set-name', '{match: {macaddress: "bc:76:4e:20:6c:5b"}, set-name: eth1}'],
    ['a name', '{match: {name: eth1}}'],
    ['set-name beside a glob', '{match: {name: "e*1"}, set-name: eth1}'],
    ['the MAC address', '{match: {macaddress: "BC:76:4E:20:6C:5B"}}'],
    ['name and MAC address', '{match: {name: "eth?", macaddress: "bc:76:4e:20:6c:5b"}}'],
  ])('under the ID that stands for the interface by %s', (_, definition) => {
    const files = [etc(`network: {ethernets: {snet: ${definition}}}`)];
    const withMac = { ...target, macAddress: 'bc:76:4e:20:6c:5b' };
    expect(netplan.configures(files, withMac)).toBe(true);
    expect(netplan.edit(files, withMac)[0]?.after).toContain('    snet:\n');
  });

  it('under an ID that has to be quoted', () => {
    const text = `network: {ethernets: {"#a:b": {match: {name: eth1}}}}`;
    expect(parse(edit(etc(text))[own] ?? '')).toMatchObject({ network: { ethernets: { '#a:b': {} } } });
  });

  it('but not when another file has the route already', () => {
    const text = `${eth1}      routes: [{to: 0.0.0.0/0, via: 10.208.0.1}]\n`;
    expect(edit(etc(text))).toEqual({});
    expect(edit(etc(`${eth1}      gateway4: 10.208.0.1\n`))).toEqual({});
    expect(edit(etc(text), at(own, 'old'))).toEqual({ [own]: undefined });
  });

  it('and in it again where only a file in /run has it, which a boot takes away', () => {
    const text = `${eth1}      routes: [{to: 0.0.0.0/0, via: 10.208.0.1}]\n`;
    expect(Object.keys(edit(at('/run/netplan/a.yaml', text)))).toEqual([own]);
  });
});

it('the same gateway twice, which could be two routes, is left once', () => {
  const text = `${eth1}      gateway4: 10.208.0.1\n      routes: [{to: default, via: 10.208.0.1, metric: 50}]\n`;
  expect(edited(text)).toContain('      gateway4: 10.208.0.1\n# rc-wait was:       routes:');
});

describe('an ID that does not stand for the interface', () => {
  it.each([
    ['another set-name', '{eth1: {match: {name: "eth*"}, set-name: public0}}'],
    ['another MAC address', '{eth1: {match: {macaddress: "00:00:00:00:00:01"}}}'],
    ['a driver alone', '{eth1: {match: {driver: virtio_net}}}'],
    ['another name', '{eth0: {}}'],
  ])('has %s', (_, ethernets) => {
    const files = [etc(`network: {ethernets: ${ethernets}}`)];
    expect(netplan.configures(files, target)).toBe(false);
    expect(() => netplan.edit(files, target)).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: 'cannot configure eth1: no netplan file defines it',
      }),
    );
  });

  it('and two that do are too many to choose from', () => {
    const text = 'network: {ethernets: {all: {match: {name: "e*"}}, eth1: {}}}';
    expect(() => edit(etc(text))).toThrowError(/netplan defines it twice, as all and as eth1/);
  });
});

it.each(['match: {name: "eth*"}', 'match: {name: "e*1", driver: virtio_net}'])(
  'an ID that may stand for other interfaces as well is refused: %s',
  (match) => {
    const files = [etc(`network: {ethernets: {all: {${match}, dhcp4: true}}}`)];
    expect(netplan.configures(files, target)).toBe(true);
    for (const work of [netplan.edit, netplan.publicInterfaces]) {
      expect(() => work(files, target)).toThrowError(
        expect.objectContaining({
          code: 'NETWORK_FILE',
          message:
            'cannot configure eth1: netplan\'s definition "all" also matches other interfaces, and they would get the gateway too',
          hint: 'give eth1 a definition of its own in /etc/netplan, and keep it out of "all"',
        }),
      );
    }
  },
);

describe('other default routes are taken out, the lines kept behind a mark', () => {
  it('gateway4, in block style with a comment', () => {
    expect(
      edited(
        `network:\n  ethernets:\n    eth0:\n      gateway4: 203.0.113.1 # public\n      mtu: 1500\n    eth1: {}\n`,
      ),
    ).toBe(
      `network:\n  ethernets:\n    eth0:\n# rc-wait off:       gateway4: 203.0.113.1 # public\n      mtu: 1500\n    eth1: {}\n`,
    );
  });

  it('an item of routes, among others that stay', () => {
    const text = `network:
  ethernets:
    eth0:
      routes:
        - to: 10.0.0.0/8
          via: 203.0.113.9
        # the way out
        - to: default
          via: 203.0.113.1

        - {to: "::/0", via: "2001:db8::1"}
    eth1:
      routes:
      - {to: 10.176.0.0/12, via: 10.208.0.1}
`;
    expect(edited(text)).toBe(
      text
        .replace('        - to: default\n', '# rc-wait off:         - to: default\n')
        .replace('          via: 203.0.113.1\n', '# rc-wait off:           via: 203.0.113.1\n'),
    );
  });

  it('the only item, so that an empty list stays (netplan refuses a key without a value)', () => {
    expect(
      edited(
        `network:\n  ethernets:\n    eth0:\n      routes:\n      - to: 0.0.0.0/0\n        via: 203.0.113.1\n    eth1: {}\n`,
      ),
    ).toBe(
      `network:\n  ethernets:\n    eth0:\n      routes:\n# rc-wait was:       - to: 0.0.0.0/0\n       []\n# rc-wait off:         via: 203.0.113.1\n    eth1: {}\n`,
    );
  });

  it('the only key, so that an empty mapping stays', () => {
    expect(edited(`network:\n  ethernets:\n    eth0:\n      gateway4: 203.0.113.1\n    eth1: {}\n`)).toBe(
      `network:\n  ethernets:\n    eth0:\n# rc-wait was:       gateway4: 203.0.113.1\n      {}\n    eth1: {}\n`,
    );
  });

  it.each([
    [
      'first',
      'routes: [{to: default, via: 203.0.113.1}, {to: 10.0.0.0/8, via: 203.0.113.9}]',
      'routes: [{to: 10.0.0.0/8, via: 203.0.113.9}]',
    ],
    [
      'last',
      'routes: [{to: 10.0.0.0/8, via: 203.0.113.9}, {to: default, via: 203.0.113.1}]',
      'routes: [{to: 10.0.0.0/8, via: 203.0.113.9}]',
    ],
    ['only', 'routes: [ {to: default, via: 203.0.113.1} ]', 'routes: [  ]'],
    ['only, with a comma', 'routes: [{to: default, via: 203.0.113.1}, ]', 'routes: []'],
    ['every', 'routes: [{to: default, via: 1.0.0.1}, {to: 0.0.0.0/0, via: 1.0.0.2}]', 'routes: []'],
  ])('the %s item of a flow list on one line', (_, line, expected) => {
    expect(edited(`network:\n  ethernets:\n    eth1: {}\n    eth0:\n      ${line}\n`)).toBe(
      `network:\n  ethernets:\n    eth1: {}\n    eth0:\n# rc-wait was:       ${line}\n      ${expected}\n`,
    );
  });

  it('out of a flow mapping over several lines with CRLF, tabs between tokens and no last line break', () => {
    const text =
      'network:\r\n  ethernets: {\r\n    eth1: {},\r\n    eth0:\t{gateway4:\t203.0.113.1 ,\r\n      dhcp6: yes}}';
    expect(edited(text)).toBe(
      'network:\r\n  ethernets: {\r\n    eth1: {},\r\n# rc-wait was:     eth0:\t{gateway4:\t203.0.113.1 ,\r\n    eth0:\t{\r\n      dhcp6: yes}}',
    );
  });

  it('through an anchor that two interfaces share', () => {
    const text = `network:
  ethernets:
    eth0: &public
      mtu: 1500
      gateway4: 203.0.113.1
    eth2: *public
    eth1: {}
`;
    expect(edited(text)).toContain('# rc-wait off:       gateway4: 203.0.113.1\n');
  });

  it('of the interface itself, when they go through another gateway', () => {
    expect(edited(`${eth1}      gateway4: 10.208.0.2\n      mtu: 1400\n`)).toContain(
      '# rc-wait off:       gateway4: 10.208.0.2\n',
    );
  });

  it('in a file of /lib, by a file of the same name in /etc that hides it', () => {
    const text = 'network: {ethernets: {eth0: {gateway4: 203.0.113.1}}}\n';
    const changes = netplan.edit([etc(eth1), at('/lib/netplan/00-vendor.yaml', text)], target);
    expect(changes[0]).toMatchObject({ path: '/etc/netplan/00-vendor.yaml', before: undefined, mode: 0o600 });
    expect(undo(changes[0]?.after ?? '')).toBe(text);
    expect(netplan.edit(made([etc(eth1), at('/lib/netplan/00-vendor.yaml', text)], changes), target)).toEqual(
      [],
    );
  });

  it('but not in /run, where something writes it at each boot: that is refused', () => {
    const text = 'network: {ethernets: {eth0: {gateway4: 203.0.113.1}}}\n';
    expect(() => edit(etc(eth1), at('/run/netplan/10-initrd.yaml', text))).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: expect.stringContaining('/run/netplan/10-initrd.yaml'),
      }),
    );
  });

  it.each([
    ['a table of its own', '{to: default, via: 203.0.113.1, table: 100}'],
    ['IPv6', '{to: default, via: "2001:db8::1"}'],
    ['a black hole', '{to: 0.0.0.0/0, type: blackhole}'],
    ['half the world', '{to: 0.0.0.0/1, via: 203.0.113.1}'],
  ])('a route of %s stays', (_, route) => {
    expect(Object.keys(edit(etc(`${eth1}    eth0: {routes: [${route}]}\n`)))).toEqual([own]);
  });

  it('a VRF has a table of its own and stays', () => {
    const text = `${eth1}  vrfs: {red: {table: 7, routes: [{to: default, via: 203.0.113.1}]}}\n  renderer: networkd\n`;
    expect(Object.keys(edit(etc(text)))).toEqual([own]);
  });

  it('and a way of writing it that cannot be cut is refused, with its line', () => {
    const text =
      'network:\n  ethernets:\n    eth1: {}\n    eth0:\n      ? gateway4\n      : 203.0.113.1\n      mtu: 1500\n';
    expect(() => edit(etc(text))).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: expect.stringMatching(/^cannot edit \/etc\/netplan\/50-cloud-init\.yaml: line 5: /),
      }),
    );
  });
});

describe('DHCP on another interface', () => {
  const dhcp = `${eth1}    eth0:\n      dhcp4: yes\n`;

  const dropIn = '/etc/systemd/network/10-netplan-eth0.network.d/90-rc-wait.conf';
  const managed = dhcp.replace('network:\n', 'network:\n  renderer: NetworkManager\n');

  it('loses its router and keeps the routes of option 121, by a drop-in beside the unit that netplan makes', () => {
    const after = edit(etc(dhcp));
    expect(after[dropIn]).toMatch(/\n\[DHCPv4\]\nUseGateway=false\n$/);
    expect(after[own]).not.toContain('eth0');
    const files = made([etc(dhcp)], netplan.edit([etc(dhcp)], target));
    expect(netplan.edit(files, target)).toEqual([]);
    const off = files.map((file) => ({ ...file, text: file.text.replace('dhcp4: yes', 'dhcp4: no') }));
    expect(netplan.edit(off, target)).toMatchObject([{ path: dropIn, after: undefined }]);
  });

  it('gets a metric where it has none, and ours is taken before it', () => {
    const text = `${dhcp}      dhcp4-overrides: {route-metric: 0}\n`;
    expect(edit(etc(text))[dropIn]).toMatch(/UseGateway=false\nRouteMetric=100\n$/);
    const late = (metric: number) =>
      edit(
        etc(
          dhcp.replace(
            '      addresses',
            `      routes: [{to: default, via: 10.208.0.1, metric: ${metric}}]\n      addresses`,
          ),
        ),
      );
    expect(Object.keys(late(50))).toEqual([dropIn]);
    expect(late(200)[own]).toContain('via: 10.208.0.1');
  });

  it('of NetworkManager loses all its routes, by an override in our own file', () => {
    expect(parse(edit(etc(managed))[own] ?? '')).toEqual({
      network: {
        version: 2,
        ethernets: {
          eth1: { routes: [{ to: '0.0.0.0/0', via: '10.208.0.1' }] },
          eth0: { 'dhcp4-overrides': { 'use-routes': false } },
        },
      },
    });
    expect(edit(etc(managed))[dropIn]).toBeUndefined();
  });

  it.each([dhcp, managed])('needs none where the files say so themselves', (text) => {
    const after = edit(etc(`${text}      dhcp4-overrides: {use-routes: off}\n`));
    expect(after[own]).not.toContain('eth0');
    expect(after[dropIn]).toBeUndefined();
  });

  it.each([dhcp, managed])('needs none where a later file turns DHCP off', (text) => {
    const after = edit(etc(text), etc('network: {ethernets: {eth0: {dhcp4: n}}}', '60-off.yaml'));
    expect(after[own]).not.toContain('eth0');
    expect(after[dropIn]).toBeUndefined();
  });

  it('cannot be overruled by a file that netplan reads after ours', () => {
    const late = etc(
      'network:\n  ethernets:\n    eth0:\n      dhcp4-overrides:\n        use-routes: true\n',
      '99-late.yaml',
    );
    const after = edit(etc(managed), late);
    expect(after['/etc/netplan/99-late.yaml']).toContain(
      '# rc-wait was:         use-routes: true\n        {}\n',
    );
    const files = [etc(managed), late];
    expect(netplan.edit(made(files, netplan.edit(files, target)), target)).toEqual([]);
  });

  it('on the interface itself is left alone: it may carry the routes that must stay', () => {
    expect(edit(etc('network: {ethernets: {eth1: {dhcp4: true}}}'))[own]).not.toContain('overrides');
  });
});

describe('files are read as netplan reads them', () => {
  it('by name, whatever the folder; /run hides /etc, and /etc hides /lib', () => {
    const vendor = at('/lib/netplan/50-cloud-init.yaml', 'network: {ethernets: {eth9: {gateway4: 1.1.1.1}}}');
    expect(Object.keys(edit(etc(eth1), vendor))).toEqual([own]);
    const volatile = at('/run/netplan/50-cloud-init.yaml', eth1);
    expect(Object.keys(edit(volatile, etc('not: [yaml')))).toEqual([own]);
  });

  it('with empty files, comments only, and keys that are none of our business', () => {
    const files = [
      etc(eth1),
      etc('', 'a.yaml'),
      etc('# nothing\n', 'b.yaml'),
      etc('network: {openvswitch: {}}\n', 'c.yaml'),
      etc('network: {version: 2}', 'd.yaml'),
    ];
    expect(Object.keys(edit(...files))).toEqual([own]);
    expect(Object.keys(edit(...files, etc('network: {ethernets: {}}', 'e.yaml')))).toEqual([own]);
  });

  it('and their static addresses are told, under the name that the interface will have', () => {
    const text = `network:
  ethernets:
    a: {match: {macaddress: "BC:76:4E:20:6C:5B"}, set-name: eth1, addresses: [10.208.5.7/19, "2001:db8::7/64"]}
    b: {match: {name: eth0}, addresses: [203.0.113.7/24: {label: "eth0:1"}]}
    c: {match: {name: "eth*"}, addresses: [192.0.2.7/24]}
`;
    expect(netplan.addresses([etc(text)])).toEqual([
      {
        name: 'eth1',
        addresses: [{ address: '10.208.5.7', prefixLength: 19 }],
        macAddress: 'bc:76:4e:20:6c:5b',
      },
      { name: 'eth0', addresses: [{ address: '203.0.113.7', prefixLength: 24 }] },
      { name: 'c', addresses: [{ address: '192.0.2.7', prefixLength: 24 }] },
    ]);
  });

  it('UTF-16, which netplan takes, is said', () => {
    expect(() => edit(etc(eth1, 'a.yaml'), etc('\udcff\udcfen\0'))).toThrowError(
      'cannot read /etc/netplan/50-cloud-init.yaml: it is UTF-16 text',
    );
  });

  it.each([
    ['broken YAML', 'network:\n  ethernets:\n    eth1: [1\n', 4],
    ['a tab', 'network:\n\tethernets: 1\n', 2],
    ['HTML', '<html><body>502 Bad Gateway</body></html>\n', 1],
    ['a list', 'network:\n  ethernets:\n    - eth1\n', 3],
    ['an interface without settings', 'network:\n  ethernets:\n    eth1:\n', 3],
    ['a byte that is not UTF-8', 'network:\n  version: 2\n  # B\udcfcro\n', 3],
    ['a control character', 'network:\n  # a\u0000b\n', 2],
  ])('%s is said with its line, and nothing is changed', (_, text, line) => {
    expect(() => edit(etc(eth1, 'a.yaml'), etc(text))).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: expect.stringMatching(
          new RegExp(`^cannot read /etc/netplan/50-cloud-init\\.yaml: line ${line}: `),
        ),
      }),
    );
  });
});

it('the files are checked before they are applied, and applied again to go back', () => {
  expect(netplan.reload(target, context).map(({ argv, check }) => [argv.join(' '), check])).toEqual([
    ['netplan generate', true],
    ['netplan apply', undefined],
  ]);
  expect(netplan.restore(target, context).map(({ argv }) => argv.join(' '))).toEqual(['netplan apply']);
});
