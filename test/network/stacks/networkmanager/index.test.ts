import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { networkmanager } from '../../../../src/network/stacks/networkmanager/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = {
  gateway: parseIpv4('10.208.0.1'),
  interfaceName: 'eth1',
  macAddress: 'bc:76:4e:20:6c:5b',
} as GatewayTarget;
const folder = '/etc/NetworkManager/system-connections';
const mark = '# rc-wait added the next line\n';
const off = '# rc-wait off: ';
const head = `[connection]
id=servicenet
uuid=b1c2d3e4-0000-4000-8000-000000000001
type=ethernet
interface-name=eth1

`;
const ipv4 = `[ipv4]
method=manual
address1=10.208.5.7/19
route1=10.176.0.0/12,10.208.0.1
route2=10.208.0.0/12,10.208.0.1
`;

function at(path: string, text: string): NetworkFile {
  return { path, text };
}

function etc(name: string, text: string): NetworkFile {
  return at(`${folder}/${name}.nmconnection`, text);
}

function eth0(lines: string): NetworkFile {
  return etc('eth0', `[connection]\ntype=ethernet\nid=public\ninterface-name=eth0\n\n${lines}`);
}

const eth1 = etc('eth1', `${head}${ipv4}gateway=10.208.0.1\n`);

/** The changed files' texts; the edit is undone, and made a second time, on the way. */
function edit(...files: NetworkFile[]): Record<string, string | undefined> {
  const changes = networkmanager.edit(files, target);
  expect(networkmanager.edit(made(files, changes), target)).toEqual([]);
  for (const { before, after } of changes) if (before !== undefined) expect(undo(after ?? '')).toBe(before);
  return Object.fromEntries(changes.map(({ path, after }) => [path.slice(folder.length + 1), after]));
}

/** The profile of eth1 after the edit; undefined where it is as wished. */
function home(text: string): string | undefined {
  return edit(etc('eth1', text))['eth1.nmconnection'];
}

/** The profile of eth0 after the edit; undefined where it is as wished. */
function other(lines: string): string | undefined {
  return edit(eth1, eth0(lines))['eth0.nmconnection']?.replace(/^[\s\S]*?eth0\n\n/, '');
}

describe('the gateway', () => {
  it('goes into the [ipv4] of the interface, its mode kept', () => {
    expect(home(`${head}${ipv4}\n[ipv6]\nmethod=ignore\n`)).toBe(
      `${head}${ipv4}${mark}gateway=10.208.0.1\n\n[ipv6]\nmethod=ignore\n`,
    );
    expect(networkmanager.edit([etc('eth1', head + ipv4)], target)[0]?.mode).toBe(0o600);
  });

  it.each([
    ['as a key', `${ipv4}gateway=10.208.0.1\n`],
    ['behind the address, as NetworkManager itself writes it', ipv4.replace('/19', '/19,10.208.0.1')],
    [
      'behind the address, as older versions wrote it',
      ipv4.replace('address1=10.208.5.7/19', 'addresses1=10.208.5.7;19;10.208.0.1;'),
    ],
    ['as a route', `${ipv4}route3=0.0.0.0/0,10.208.0.1,50\n`],
    ['twice', `${ipv4}gateway=10.208.0.2\ngateway=10.208.0.1\n`],
  ])('is left as it is where it stands there already, %s', (_, text) => {
    expect(home(head + text)).toBeUndefined();
  });

  it('takes the place of another, whose line is kept behind a mark', () => {
    expect(home(`${head}${ipv4}gateway = 10.208.0.2\ndns=192.0.2.53;\n`)).toBe(
      `${head}${ipv4}${off}gateway = 10.208.0.2\ndns=192.0.2.53;\n${mark}gateway=10.208.0.1\n`,
    );
  });

  it('needs no key of its own where that of another hid it behind the address', () => {
    const text = ipv4.replace('/19', '/19,10.208.0.1');
    expect(home(`${head}${text}gateway=10.208.0.2\n`)).toBe(`${head}${text}${off}gateway=10.208.0.2\n`);
  });

  it('wins over another behind the address', () => {
    const text = ipv4.replace('/19', '/19,10.208.0.2');
    expect(home(head + text)).toBe(`${head}${text}${mark}gateway=10.208.0.1\n`);
  });

  it('is not kept from being the default', () => {
    expect(home(`${head}${ipv4}gateway=10.208.0.1\nnever-default=true\n`)).toBe(
      `${head}${ipv4}gateway=10.208.0.1\n${off}never-default=true\n`,
    );
  });

  it('takes the place of default routes that are written as routes', () => {
    const text = `${ipv4}route3=0.0.0.0/0,10.208.0.2\nroute3_options=mtu=1400\n`;
    expect(home(head + text)).toBe(
      `${head}${ipv4}${mark}gateway=10.208.0.1\n${off}route3=0.0.0.0/0,10.208.0.2\n${off}route3_options=mtu=1400\n`,
    );
  });

  it('goes into the last of several sections, which GLib reads as one', () => {
    expect(home(`${head}${ipv4}[ipv6]\nmethod=ignore\n[ipv4]\nmay-fail=false`)).toBe(
      `${head}${ipv4}[ipv6]\nmethod=ignore\n[ipv4]\nmay-fail=false\n${mark}gateway=10.208.0.1`,
    );
  });

  it.each([
    [
      'no [ipv4]',
      '',
      `${mark}[ipv4]\n${mark}method=auto\n${mark}never-default=true\n${mark}route1=0.0.0.0/0,10.208.0.1\n`,
    ],
    [
      'DHCP',
      '[ipv4]\nmethod=auto\n',
      `[ipv4]\nmethod=auto\n${mark}never-default=true\n${mark}route1=0.0.0.0/0,10.208.0.1\n`,
    ],
    [
      'DHCP and another route',
      '[ipv4]\nmethod=auto\nroute7=10.176.0.0/12,10.208.0.1\nnever-default=true\n',
      `[ipv4]\nmethod=auto\nroute7=10.176.0.0/12,10.208.0.1\nnever-default=true\n${mark}route8=0.0.0.0/0,10.208.0.1\n`,
    ],
    [
      'DHCP and a default route',
      '[ipv4]\nmethod=auto\nnever-default=true\nroute1=0.0.0.0/0,10.208.0.1\nroute2=0.0.0.0/0,10.208.0.2\n',
      `[ipv4]\nmethod=auto\nnever-default=true\nroute1=0.0.0.0/0,10.208.0.1\n${off}route2=0.0.0.0/0,10.208.0.2\n`,
    ],
  ])('is a route where there is %s: a gateway without an address is refused', (_, lines, expected) => {
    expect(home(head + lines)).toBe(head + expected);
  });

  it('that rc-wait wrote itself is replaced without a trace', () => {
    const once = home(head + ipv4) ?? '';
    const next = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
    expect(networkmanager.edit([etc('eth1', once)], next)[0]?.after).toBe(
      once.replace('gateway=10.208.0.1', 'gateway=10.208.0.2'),
    );
  });

  it('that NetworkManager has rewritten, comments gone, is seen all the same', () => {
    const rewritten = `${head}[ethernet]\n\n[ipv4]\naddress1=10.208.5.7/19,10.208.0.1\nmethod=manual\n`;
    const silent = eth0('[ipv4]\nmethod=auto\nnever-default=true\n');
    expect(edit(etc('eth1', rewritten), silent)).toEqual({});
  });

  it('whose line was deleted by hand is written anew, and the line below the mark is not taken for ours', () => {
    expect(networkmanager.edit([etc('eth1', `${head}${ipv4}${mark}may-fail=no\n`)], target)[0]?.after).toBe(
      `${head}${ipv4}may-fail=no\n${mark}gateway=10.208.0.1\n`,
    );
  });
});

describe('other profiles bring no default route', () => {
  it.each([
    ['DHCP', '[ipv4]\nmethod=auto\n', `[ipv4]\nmethod=auto\n${mark}never-default=true\n`],
    ['a gateway', '[ipv4]\nmethod=manual\naddress1=203.0.113.7/24\ngateway=203.0.113.1\n', undefined],
    [
      'a gateway behind the address',
      '[ipv4]\nmethod=manual\naddress1=203.0.113.7/24,203.0.113.1\n',
      undefined,
    ],
    ['an older notation', '[ipv4]\nmethod=manual\naddresses1=203.0.113.7;24;203.0.113.1;\n', undefined],
  ])('%s: by never-default, all else kept', (_, lines, expected) => {
    expect(other(lines)).toBe(expected ?? `${lines}${mark}never-default=true\n`);
  });

  it('without an [ipv4], which means DHCP, get one', () => {
    expect(other('[ethernet]\nmtu=1400')).toBe(
      `[ethernet]\nmtu=1400\n${mark}[ipv4]\n${mark}method=auto\n${mark}never-default=true`,
    );
  });

  it('that say so themselves in a way that does not count lose that line', () => {
    expect(other('[ipv4]\nmethod=auto\nnever-default=yes\n')).toBe(
      `[ipv4]\nmethod=auto\n${mark}never-default=true\n${off}never-default=yes\n`,
    );
  });

  it('lose default routes that are written as routes', () => {
    expect(
      other(
        '[ipv4]\nmethod=manual\naddress1=203.0.113.7/24\nroute=0.0.0.0/0,203.0.113.1,7\nroutes2=0.0.0.0;0;203.0.113.1;7;\nroute3=198.51.100.0/24,203.0.113.9\n',
      ),
    ).toBe(
      `[ipv4]\nmethod=manual\naddress1=203.0.113.7/24\n${off}route=0.0.0.0/0,203.0.113.1,7\n${off}routes2=0.0.0.0;0;203.0.113.1;7;\nroute3=198.51.100.0/24,203.0.113.9\n`,
    );
  });

  it.each([
    ['it never is the default', '[ipv4]\nmethod=auto\nnever-default=true\n'],
    ['it has no gateway', '[ipv4]\nmethod=manual\naddress1=203.0.113.7/24,0.0.0.0\n'],
    ['it has no IPv4', '[ipv4]\nmethod=disabled\n'],
    ['it is shared with others', '[ipv4]\nmethod=shared\n'],
    ['its routes have a table of their own', '[ipv4]\nmethod=auto\nroute-table=100\n'],
    [
      'a route has a table of its own',
      '[ipv4]\nmethod=shared\nroute1=0.0.0.0/0,1.1.1.1\nroute1_options=mtu=1400,table=100\n',
    ],
    ['a route is a black hole', '[ipv4]\nmethod=shared\nroute1=0.0.0.0/0\nroute1_options=type=blackhole\n'],
    ['it is a tunnel', '[connection]\ntype=wireguard\n'],
    ['it is a port of a bond', '[connection]\ntype=ethernet\nmaster=bond0\n'],
    ['it is a port of a bridge', '[connection]\ntype=ethernet\ncontroller=br0\n'],
    ['it only shows what others configured', '[ipv4]\nmethod=auto\n[.nmmeta]\nvolatile=true\n'],
  ])('and are left alone where %s', (_, lines) => {
    expect(other(lines)).toBeUndefined();
  });
});

describe('profiles are read as NetworkManager reads them', () => {
  it('one in /run hides that of the same UUID in /etc, and that the one of a package', () => {
    const text = (lines: string) =>
      `[connection]\ntype=ethernet\nuuid=u\ninterface-name=eth0\n[ipv4]\n${lines}`;
    const [auto, never] = [text('method=auto\n'), text('method=auto\nnever-default=true\n')];
    expect(edit(eth1, etc('a', auto), at('/run/NetworkManager/system-connections/b', never))).toEqual({});
    expect(edit(eth1, at('/usr/lib/NetworkManager/system-connections/b', auto), etc('a', never))).toEqual({});
  });

  it.each(['.hidden', 'eth0~', 'eth0.swp', 'ca.pem', 'CA.DER', 'eth0.nmconnection.AB12cd'])(
    '%s is none',
    (name) => {
      expect(edit(eth1, at(`${folder}/${name}`, 'not a profile'))).toEqual({});
      expect(edit(eth1, at(`${folder}/eth2`, ''))).toEqual({});
    },
  );

  it('in /etc they may have any other name', () => {
    expect(
      Object.keys(edit(eth1, at(`${folder}/Wired connection 1`, '[connection]\ntype=ethernet\n'))),
    ).toEqual(['Wired connection 1']);
  });

  it('one of a package is hidden by one in /etc with the same UUID', () => {
    const text = '[connection]\ntype=ethernet\nuuid=u\ninterface-name=eth0\n';
    const vendor = at('/usr/lib/NetworkManager/system-connections/eth0.nmconnection', text);
    expect(networkmanager.edit([eth1, vendor], target)).toEqual([
      {
        path: `${folder}/eth0.nmconnection`,
        before: undefined,
        after: `${text}${mark}[ipv4]\n${mark}method=auto\n${mark}never-default=true\n`,
        mode: 0o600,
      },
    ]);
    edit(eth1, vendor);
    const unnamed = at(
      '/usr/lib/NetworkManager/system-connections/eth0.nmconnection',
      '[connection]\ntype=ethernet\nid=x\n',
    );
    expect(() => edit(eth1, unnamed)).toThrowError(/a package owns it, and no profile in \/etc can hide it/);
  });

  it('one of /run would be as before at the next boot: that is refused, with the way out', () => {
    const run = at(
      '/run/NetworkManager/system-connections/Wired connection 1.nmconnection',
      '[connection]\ntype=ethernet\nid=Wired connection 1\n',
    );
    expect(() => edit(eth1, run)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot change the profile ${run.path}: the change would be lost at the next boot`,
        hint: expect.stringContaining('nmcli connection modify "Wired connection 1"'),
      }),
    );
    expect(() => edit(eth1, at(run.path, '[connection]\ntype=ethernet\nx=y\n'))).toThrowError(
      /the change would be lost at the next boot/,
    );
    const netplans = at(
      '/run/NetworkManager/system-connections/netplan-eth0.nmconnection',
      '[connection]\ntype=ethernet\n',
    );
    expect(() => edit(eth1, netplans)).toThrowError(
      expect.objectContaining({ hint: expect.stringContaining('below /etc/netplan') }),
    );
  });

  it.each(['0\udc82\udcff', 'nonsense\n', '[vpn', 'key=value\n', '[connection]\ntype=vpn\nnonsense\n'])(
    'is no file without a profile: %j',
    (text) => {
      expect(edit(eth1, at(`${folder}/vpn.p12`, text))).toEqual({});
    },
  );

  it('and one that cannot be read is said, with its line', () => {
    expect(() => edit(eth1, eth0('nonsense\n'))).toThrowError(
      `cannot read ${folder}/eth0.nmconnection: line 6: "nonsense" is no section, no setting and no comment`,
    );
  });
});

describe('a profile without a type', () => {
  const typeless = '[connection]\ninterface-name=eth1\n[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\n';

  it('is refused with its line, since NetworkManager does not load it', () => {
    expect(() => edit(etc('eth1', typeless))).toThrowError(
      `cannot read ${folder}/eth1.nmconnection: line 1: [connection] has no "type"`,
    );
  });

  it('is passed over where nobody counts on it', () => {
    expect(edit(eth1, etc('any', '[connection]\nid=any\n[ipv4]\nmethod=auto\n'))).toEqual({});
  });

  it.each(['ethernet', '802-3-ethernet', 'vlan', 'bond'])('has one by a section [%s]', (kind) => {
    expect(home(`${typeless}[${kind}]\n`)).toContain('gateway=10.208.0.1');
  });
});

describe('the profile of the interface', () => {
  it.each([
    ['by its name', '[connection]\ntype=ethernet\ninterface-name=eth1\n', true],
    ['by its MAC address', '[connection]\ntype=ethernet\n[ethernet]\nmac-address=BC:76:4E:20:6C:5B\n', true],
    ['by its MAC address, in older words', '[802-3-ethernet]\nmac-address=bc-76-4e-20-6c-5b\n', true],
    [
      'not by another MAC address',
      '[connection]\ntype=ethernet\ninterface-name=eth1\n[ethernet]\nmac-address=00:00:00:00:00:01\n',
      false,
    ],
    ['not by another name', '[connection]\ntype=ethernet\ninterface-name=eth0\n', false],
    ['not where it would fit any', '[connection]\ntype=ethernet\n', false],
    ['not where it would fit several', '[connection]\ntype=ethernet\n[match]\ninterface-name=eth*;\n', false],
    [
      'not without IPv4',
      '[connection]\ntype=ethernet\ninterface-name=eth1\n[ipv4]\nmethod=disabled\n',
      false,
    ],
  ])('is told %s', (_, text, expected) => {
    expect(networkmanager.configures([etc('x', text)], target)).toBe(expected);
  });

  it("is none where it is netplan's", () => {
    const path = '/run/NetworkManager/system-connections/netplan-eth1.nmconnection';
    expect(networkmanager.configures([at(path, head)], target)).toBe(false);
    expect(() => edit(at(path, head))).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: 'cannot configure eth1: no profile configures it',
      }),
    );
  });

  it('by a MAC address may be another where the own one is not known', () => {
    const text = '[ethernet]\nmac-address=BC:76:4E:20:6C:5B\n';
    expect(networkmanager.configures([etc('x', text)], { interfaceName: 'eth1' })).toBe(false);
  });

  it('is the one of two that starts by itself', () => {
    const spare = etc(
      'spare',
      '[connection]\ntype=ethernet\ninterface-name=eth1\nautoconnect=false\n[ipv4]\nmethod=disabled\n',
    );
    expect(edit(eth1, spare)).toEqual({});
    expect(
      networkmanager.configures(
        [etc('a', '[connection]\ntype=ethernet\ninterface-name=eth1\nautoconnect=0\n')],
        target,
      ),
    ).toBe(true);
    expect(() => edit(eth1, etc('more', '[connection]\ntype=ethernet\ninterface-name=eth1\n'))).toThrowError(
      `cannot configure eth1: both ${folder}/eth1.nmconnection and ${folder}/more.nmconnection configure it`,
    );
  });

  it('is the one that NetworkManager names, on a running system', () => {
    const more = etc(
      'more',
      '[connection]\ntype=ethernet\ninterface-name=eth1\n[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\n',
    );
    const changes = networkmanager.edit([eth1, more], { ...target, file: more.path });
    expect(changes.map(({ path }) => path)).toEqual([eth1.path, more.path]);
    expect(changes[0]?.after).toContain('never-default=true');
  });

  it('that may go to another interface at the next boot is refused', () => {
    const any = etc('any', '[connection]\ntype=ethernet\n');
    expect(networkmanager.configures([any], { ...target, file: any.path })).toBe(true);
    expect(() => networkmanager.edit([any], { ...target, file: any.path })).toThrowError(
      expect.objectContaining({
        message: `cannot configure eth1: ${any.path} may go to another interface at the next boot`,
        hint: 'put interface-name=eth1 into its [connection]',
      }),
    );
  });

  it('that may match another one is left to that', () => {
    const globs = etc(
      'globs',
      '[connection]\ntype=ethernet\n[match]\ninterface-name=eth[02];ens*\n[ipv4]\nmethod=auto\n',
    );
    expect(Object.keys(edit(eth1, globs))).toEqual(['globs.nmconnection']);
  });

  it('with a table of its own for its routes is refused', () => {
    expect(() => edit(etc('eth1', `${head}${ipv4}route-table=100\n`))).toThrowError(
      /puts its routes into another routing table$/,
    );
  });
});

it('static addresses are told, under the name that the profile gives', () => {
  const files = [
    etc(
      'eth1',
      `${head}${ipv4.replace('route1', 'address2=nonsense\naddress10=192.0.2.8/24\naddress3=192.0.2.7/24,192.0.2.1\nroute1')}`,
    ),
    etc('mac', '[ethernet]\nmac-address=BC:76:4E:20:6C:5B\n'),
    at('/run/NetworkManager/system-connections/netplan-eth0.nmconnection', ipv4),
  ];
  expect(networkmanager.addresses(files)).toEqual([
    {
      name: 'eth1',
      addresses: [
        { address: '10.208.5.7', prefixLength: 19 },
        { address: '192.0.2.7', prefixLength: 24 },
        { address: '192.0.2.8', prefixLength: 24 },
      ],
    },
    { name: 'mac.nmconnection', addresses: [], macAddress: 'bc:76:4e:20:6c:5b' },
  ]);
});

describe('on a running system', () => {
  it('NetworkManager says which profile each interface goes by', () => {
    const output = [
      `eth1:${folder}/eth1.nmconnection`,
      `eth\\:2:${folder}/a\\:b\\\\c`,
      'lo:',
      'eth0:/run/NetworkManager/system-connections/netplan-eth0.nmconnection',
      'eth3:/etc/sysconfig/network-scripts/ifcfg-eth3',
      '',
    ].join('\n');
    expect(networkmanager.daemon?.question?.understand(output)).toEqual(
      new Map([
        ['eth1', `${folder}/eth1.nmconnection`],
        ['eth:2', `${folder}/a:b\\c`],
      ]),
    );
  });

  it('the interfaces whose profiles were changed get them anew, ours first, each within its time', () => {
    const before = [
      etc('eth1', head + ipv4),
      eth0('[ipv4]\nmethod=auto\n'),
      etc('eth2', '[connection]\ntype=ethernet\ninterface-name=eth2\n[ipv4]\nmethod=shared\n'),
    ];
    const context = {
      files: made(before, networkmanager.edit(before, target)),
      configFileOf: new Map(['eth0', 'eth1', 'eth2'].map((name) => [name, `${folder}/${name}.nmconnection`])),
    };
    const commands = ['connection reload', 'device reapply eth1', 'device reapply eth0'];
    for (const list of [networkmanager.reload(target, context), networkmanager.restore(target, context)]) {
      expect(list.map(({ argv }) => argv.slice(3).join(' '))).toEqual(commands);
      expect(list.every(({ argv, timeoutMs }) => argv[1] === '--wait' && timeoutMs <= 60_000)).toBe(true);
    }
  });
});

describe('the name of an interface that a profile does not name', () => {
  const profile = (name: string, lines: string) =>
    at(
      `${folder}/${name}.nmconnection`,
      `[connection]\ntype=ethernet\n${lines}\n[ipv4]\nmethod=manual\naddress1=10.208.5.7/19\n`,
    );
  const namesOf = (...files: NetworkFile[]) => networkmanager.addresses(files).map(({ name }) => name);

  it.each([
    ['of its parent and its number', 'type=vlan\n[vlan]\nid=401\nparent=bond0', 'bond0.401'],
    ['of a parent with a long name', 'type=vlan\n[vlan]\nid=4094\nparent=enp129s0f0np0', 'enp129s0f0.4094'],
    ['written in its own section', 'type=vlan\n[vlan]\nid=401\nparent=bond0\ninterface-name=snet', 'snet'],
    ['of a bond, in its own section', 'type=bond\n[bond]\ninterface-name=bond7', 'bond7'],
    ['none, for want of a parent', 'type=vlan\n[vlan]\nid=401', 'x.nmconnection'],
    ['none, for want of a number', 'type=vlan\n[vlan]\nid=x\nparent=bond0', 'x.nmconnection'],
  ])('is that %s', (_, lines, expected) => {
    expect(namesOf(profile('x', lines))).toEqual([expected]);
  });

  it('follows from a parent that is named by its UUID, and that from another', () => {
    const bond = profile('bond', 'type=bond\nuuid=1-1\ninterface-name=bond0');
    const outer = profile('outer', 'type=vlan\nuuid=2-2\n[vlan]\nid=100\nparent=1-1');
    const inner = profile('inner', 'type=vlan\n[vlan]\nid=7\nparent=2-2');
    expect(namesOf(bond, outer, inner)).toEqual(['bond0', 'bond0.100', 'bond0.100.7']);
    const circle = profile('circle', 'type=vlan\nuuid=3-3\n[vlan]\nid=7\nparent=3-3');
    expect(namesOf(circle)).toHaveLength(1);
  });

  it('a MAC address may be written as numbers, as older releases did', () => {
    const old = profile('x', 'type=802-3-ethernet\n[802-3-ethernet]\nmac-address=188;118;78;32;108;91;');
    expect(networkmanager.addresses([old])[0]?.macAddress).toBe('bc:76:4e:20:6c:5b');
  });
});
