import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { networkd } from '../../../../src/network/stacks/networkd/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = {
  gateway: parseIpv4('10.208.0.1'),
  interfaceName: 'eth1',
  macAddress: 'bc:76:4e:20:6c:5b',
} as GatewayTarget;
const folder = '/etc/systemd/network';
const own = `${folder}/10-eth1.network.d/90-rc-wait.conf`;
const off = '# rc-wait off: ';
const text1 = `[Match]
Name=eth1

[Network]
Address=10.208.5.7/19

[Route]
Destination=10.176.0.0/12
Gateway=10.208.0.1

[Route]
Destination=10.208.0.0/12
Gateway=10.208.0.1
`;
const eth1 = etc('10-eth1.network', text1);

function at(path: string, text: string): NetworkFile {
  return { path, text };
}

function etc(name: string, text: string): NetworkFile {
  return at(`${folder}/${name}`, text);
}

/** The changed files' texts; the edit is undone, and made a second time, on the way. */
function edit(...files: NetworkFile[]): Record<string, string | undefined> {
  const changes = networkd.edit(files, target);
  expect(networkd.edit(made(files, changes), target)).toEqual([]);
  for (const { path, before, after } of changes) {
    if (!path.endsWith('90-rc-wait.conf') && before !== undefined) expect(undo(after ?? '')).toBe(before);
  }
  return Object.fromEntries(changes.map(({ path, after }) => [path, after]));
}

describe('the gateway', () => {
  it('goes into a drop-in of the file that configures the interface, with a word on how to undo it', () => {
    const [change, ...more] = networkd.edit([eth1], target);
    expect(more).toEqual([]);
    expect(change).toMatchObject({ path: own, before: undefined, mode: 0o644 });
    expect(change?.after).toMatchInlineSnapshot(`
      "# Written by rc-wait: the only default route of this server. Changes here are lost.
      # To undo it: remove all files of this name; in the other files below
      # /etc/systemd/network take away the marks "# rc-wait off: "; then run
      # "networkctl reload" and "networkctl reconfigure" with the interfaces' names.

      [Route]
      Gateway=10.208.0.1
      Destination=0.0.0.0/0
      "
    `);
    expect(
      networkd.edit(
        made(
          [eth1],
          [change].filter((one) => one !== undefined),
        ),
        target,
      ),
    ).toEqual([]);
  });

  it.each([
    ['[Network]', '[Network]\nGateway=10.208.0.1\n'],
    ['[Route]', '[Route]\nGateway=10.208.0.1\nMetric=5\n'],
    ['[Route] with its destination', '[Route]\nDestination=0.0.0.0/0\nGateway=10.208.0.1\n'],
  ])('is left as it is where it stands there already, in %s', (_, lines) => {
    expect(edit(etc('10-eth1.network', `${text1}${lines}`))).toEqual({});
  });

  it('is left in a drop-in that holds it, once', () => {
    const gateway = '[Network]\nGateway=10.208.0.1\n';
    expect(edit(eth1, etc('10-eth1.network.d/gateway.conf', gateway))).toEqual({});
    expect(edit(eth1, etc('10-eth1.network.d/gateway.conf', `${gateway}Gateway=10.208.0.1\n`))).toEqual({
      [`${folder}/10-eth1.network.d/gateway.conf`]: `${gateway}${off}Gateway=10.208.0.1\n`,
    });
  });

  it('takes the place of another, whose lines are kept behind a mark', () => {
    const text = `${text1}\n[Route]\n# the old one\nGateway = 10.208.0.2\nMetric=5\n`;
    expect(edit(etc('10-eth1.network', text))).toMatchObject({
      [`${folder}/10-eth1.network`]: `${text1}\n${off}[Route]\n# the old one\n${off}Gateway = 10.208.0.2\n${off}Metric=5\n`,
      [own]: expect.stringContaining('Gateway=10.208.0.1\nDestination=0.0.0.0/0\n'),
    });
  });

  it('that rc-wait wrote itself is replaced, and its drop-in elsewhere goes', () => {
    const files = made([eth1], networkd.edit([eth1], target));
    const other = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
    expect(networkd.edit(files, other)).toEqual([
      expect.objectContaining({ path: own, after: expect.stringContaining('Gateway=10.208.0.2\n') }),
    ]);
    const eth0 = etc('10-eth0.network', '[Match]\nName=eth0\n');
    expect(networkd.edit([...files, eth0], { ...target, interfaceName: 'eth0' })).toEqual([
      expect.objectContaining({ path: `${folder}/10-eth0.network.d/90-rc-wait.conf` }),
      expect.objectContaining({ path: own, after: undefined }),
    ]);
  });

  it('goes to the file of a package, and to one of /run, by a drop-in in /etc', () => {
    const name = 'systemd/network/50-vendor.network';
    for (const top of ['/usr/lib', '/lib', '/usr/local/lib', '/run']) {
      expect(Object.keys(edit(at(`${top}/${name}`, text1)))).toEqual([`/etc/${name}.d/90-rc-wait.conf`]);
    }
  });

  it('is left to the next boot where a file of /run holds it: ours is for the boots after that', () => {
    const path = '/run/systemd/network/70-eth1.network';
    expect(Object.keys(edit(at(path, `${text1}[Network]\nGateway=10.208.0.1\n`)))).toEqual([
      `${folder}/70-eth1.network.d/90-rc-wait.conf`,
    ]);
  });
});

describe('other default routes', () => {
  it('are put out of use wherever a file holds one, and nothing else is', () => {
    const text = `# public
[Match]
Name=eth0
[Network]
Address=203.0.113.7/24
Gateway=203.0.113.1
Gateway=2001:db8::1
DefaultRouteOnDevice=yes
DNS=192.0.2.53
[Route]
Gateway=203.0.113.1 \\
; a comment inside it

Metric=7
[Route]
Destination=0.0.0.0/0
Scope=link
[Route]
Gateway=_dhcp4
[Route]
MultiPathRoute=203.0.113.1@eth0 1
[Route]
Gateway=203.0.113.1
Table=100
[Route]
Gateway=203.0.113.1
Destination=198.51.100.0/24
[Route]
Gateway=2001:db8::1
[Route]
Gateway=_ipv6ra
[Route]
Destination=0.0.0.0/0
Type=blackhole
[Route]
Metric=1
[Route]
Gateway=203.0.113.1
Table=254
`;
    expect(edit(eth1, etc('10-eth0.network', text))[`${folder}/10-eth0.network`]).toBe(
      text
        .replace('Gateway=203.0.113.1\n', `${off}Gateway=203.0.113.1\n`)
        .replace('DefaultRoute', `${off}DefaultRoute`)
        .replace(
          '[Route]\nGateway=203.0.113.1 \\\n; a comment inside it\n\nMetric=7\n',
          `${off}[Route]\n${off}Gateway=203.0.113.1 \\\n; a comment inside it\n${off}\n${off}Metric=7\n`,
        )
        .replace(
          '[Route]\nDestination=0.0.0.0/0\nScope',
          `${off}[Route]\n${off}Destination=0.0.0.0/0\n${off}Scope`,
        )
        .replace('[Route]\nGateway=_dhcp4', `${off}[Route]\n${off}Gateway=_dhcp4`)
        .replace('[Route]\nMultiPath', `${off}[Route]\n${off}MultiPath`)
        .replace(
          '[Route]\nGateway=203.0.113.1\nTable=254',
          `${off}[Route]\n${off}Gateway=203.0.113.1\n${off}Table=254`,
        ),
    );
  });

  it('in a VRF have a table of their own and stay', () => {
    const text = '[Match]\nName=eth0\n[Network]\nVRF=red\nGateway=203.0.113.1\n';
    expect(Object.keys(edit(eth1, etc('10-eth0.network', text)))).toEqual([own]);
  });

  it('in a file of a package are put out of use by a file of the same name in /etc that hides it', () => {
    const text = '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n';
    const changes = networkd.edit([eth1, at('/usr/lib/systemd/network/50-eth0.network', text)], target);
    expect(changes[0]).toMatchObject({ path: `${folder}/50-eth0.network`, before: undefined, mode: 0o644 });
    expect(undo(changes[0]?.after ?? '')).toBe(text);
    const dropIn = at(
      '/usr/lib/systemd/network/50-eth0.network.d/x.conf',
      '[Network]\nGateway=203.0.113.1\n',
    );
    expect(
      Object.keys(edit(eth1, at('/lib/systemd/network/50-eth0.network', '[Match]\nName=eth0\n'), dropIn)),
    ).toEqual([`${folder}/50-eth0.network.d/x.conf`, own]);
  });

  it('but not in /run, where something writes it at each boot: that is refused', () => {
    const path = '/run/systemd/network/10-netplan-eth0.network';
    expect(() => edit(eth1, at(path, '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n'))).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: expect.stringContaining(path),
        hint: expect.stringContaining('below /etc/netplan'),
      }),
    );
    const initrds = '/run/systemd/network/71-eth0.network';
    expect(() =>
      edit(eth1, at(initrds, '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n')),
    ).toThrowError(
      expect.objectContaining({ hint: expect.stringMatching(/^find the program that writes this file/) }),
    );
  });
});

describe('DHCP', () => {
  const dhcp = '[Match]\nName=eth2\n[Network]\nDHCP=ipv4\n';
  const dropIn = `${folder}/10-eth2.network.d/90-rc-wait.conf`;
  const silenced = '\n\\[DHCPv4\\]\nUseGateway=false\n';

  it.each(['yes', 'true', 'ipv4', 'v4', 'both'])(
    'DHCP=%s on another interface loses its router by a drop-in, and keeps the routes of option 121',
    (mode) => {
      const text = dhcp.replace('ipv4', mode);
      expect(edit(eth1, etc('10-eth2.network', text))).toEqual({
        [own]: expect.any(String),
        [dropIn]: expect.stringMatching(`${silenced}$`),
      });
    },
  );

  it.each([
    ['there is none', '[Network]\nDHCP=no\n'],
    ['there is none for IPv4', '[Network]\nDHCP=ipv6\n'],
    ['it was turned off later', '[Network]\nDHCP=yes\nDHCP=no\n'],
    ['it takes no routes', '[Network]\nDHCP=yes\n[DHCPv4]\nUseRoutes=off\n'],
    ['it takes no routes, by the old name', '[Network]\nDHCP=yes\n[DHCP]\nUseRoutes=0\n'],
    ['they go into another table', '[Network]\nDHCP=yes\n[DHCPv4]\nRouteTable=100\n'],
  ])('needs none where %s', (_, lines) => {
    expect(Object.keys(edit(eth1, etc('10-eth2.network', `[Match]\nName=eth2\n${lines}`)))).toEqual([own]);
  });

  it('that wants the router without the other routes needs one', () => {
    const text = `${dhcp}[DHCPv4]\nUseRoutes=no\nUseGateway=yes\n`;
    expect(edit(eth1, etc('10-eth2.network', text))[dropIn]).toMatch(new RegExp(silenced));
  });

  it('cannot be overruled by a drop-in that networkd reads after ours', () => {
    const late = etc(
      '10-eth2.network.d/99-late.conf',
      '[DHCPv4]\nUseRoutes=true\nUseMTU=true\nUseGateway=yes\nRouteMetric=0\n',
    );
    expect(edit(eth1, etc('10-eth2.network', dhcp), late)).toMatchObject({
      [`${folder}/10-eth2.network.d/99-late.conf`]: `[DHCPv4]\nUseRoutes=true\nUseMTU=true\n${off}UseGateway=yes\n${off}RouteMetric=0\n`,
      [dropIn]: expect.stringMatching(new RegExp(silenced)),
    });
  });

  it('gets a metric where it has none: option 121 may hold a default route, and ours must be taken before it', () => {
    const text = `${dhcp}[DHCPv4]\nRouteMetric=0\n`;
    expect(edit(eth1, etc('10-eth2.network', text))[dropIn]).toMatch(
      /\n\[DHCPv4\]\nUseGateway=false\nRouteMetric=1024\n$/,
    );
  });

  it('counts where the gateway is set with a metric: it is set without one then', () => {
    const route = '[Route]\nGateway=10.208.0.1\nMetric=2000\n';
    const home = etc('10-eth1.network', `[Match]\nName=eth1\n${route}`);
    expect(edit(home)).toEqual({});
    expect(edit(home, etc('10-eth2.network', dhcp))).toMatchObject({
      [`${folder}/10-eth1.network`]: expect.stringContaining(`${off}Metric=2000`),
      [own]: expect.stringContaining('[Route]\nGateway=10.208.0.1\nDestination=0.0.0.0/0\n'),
    });
  });

  it('on the interface itself loses its router alone: it may carry the routes that must stay', () => {
    const after = edit(etc('10-eth1.network', '[Match]\nName=eth1\n[Network]\nDHCP=yes\n'));
    expect(after[own]).toMatch(/Destination=0\.0\.0\.0\/0\n\n\[DHCPv4\]\nUseGateway=false\n$/);
    expect(
      edit(etc('10-eth1.network', '[Match]\nName=eth1\n[Network]\nDHCP=yes\n[DHCPv4]\nUseGateway=no\n'))[own],
    ).not.toContain('DHCPv4');
  });
});

describe('files are read as networkd reads them', () => {
  it('by name, whatever the folder; /etc hides /run, and that /usr', () => {
    const path = 'systemd/network/10-eth0.network';
    const gateway = '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n';
    const plain = '[Match]\nName=eth0\n';
    expect(Object.keys(edit(eth1, at(`/usr/lib/${path}`, gateway), at(`/run/${path}`, plain)))).toEqual([
      own,
    ]);
    expect(Object.keys(edit(eth1, at(`/run/${path}`, gateway), at(`/etc/${path}`, plain)))).toEqual([own]);
  });

  it('without those that an empty file hides', () => {
    const path = 'systemd/network/10-eth0.network';
    const gateway = '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n';
    expect(Object.keys(edit(eth1, at(`/usr/lib/${path}`, gateway), at(`/etc/${path}`, '')))).toEqual([own]);
    const dropIns = [
      at(`/usr/lib/${path}.d/a.conf`, '[Network]\nGateway=203.0.113.1\n'),
      at(`/etc/${path}.d/a.conf`, ''),
    ];
    expect(Object.keys(edit(eth1, at(`/etc/${path}`, '[Match]\nName=eth0\n'), ...dropIns))).toEqual([own]);
  });

  it("without those that systemd brings for nspawn's guests", () => {
    const text = '[Match]\nVirtualization=container\nName=host0\n[Network]\nDHCP=yes\n';
    expect(Object.keys(edit(eth1, at('/usr/lib/systemd/network/80-container-host0.network', text)))).toEqual([
      own,
    ]);
  });

  it('and one that cannot be read is said, with its line', () => {
    expect(() => edit(eth1, etc('20.network', '[Match]\nName=x\n[Network\n'))).toThrowError(
      `cannot read ${folder}/20.network: line 3: "[Network" does not end with "]"`,
    );
  });
});

describe('the file that configures the interface', () => {
  const all = '[Match]\nName=*\n[Network]\nDHCP=yes\n';

  it('is the first that matches', () => {
    const files = [eth1, etc('05-other.network', '[Match]\nName=eth0\n'), etc('99-all.network', all)];
    expect(networkd.configures(files, target)).toBe(true);
    expect(Object.keys(edit(...files))).toEqual([own, `${folder}/99-all.network.d/90-rc-wait.conf`]);
  });

  it('must be for that interface only, or others would get the gateway as well', () => {
    const files = [etc('05-all.network', all), eth1];
    expect(networkd.configures(files, target)).toBe(true);
    expect(() => edit(...files)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot configure eth1: ${folder}/05-all.network also matches other interfaces, and they would get the gateway too`,
      }),
    );
  });

  it('cannot be told where one before it goes by something that no file tells', () => {
    const files = [etc('05-driver.network', '[Match]\nDriver=virtio_net\n'), eth1];
    expect(() => edit(...files)).toThrowError(/^cannot tell which \.network file configures eth1: /);
    expect(() => edit(etc('05-driver.network', '[Match]\nDriver=virtio_net\n'))).toThrowError(
      /^cannot tell which/,
    );
  });

  it('is what networkd names, on a running system', () => {
    const driver = etc('05-driver.network', '[Match]\nDriver=virtio_net\nPath=pci-0000:00:04.0\n');
    const told = { ...target, file: driver.path };
    expect(networkd.configures([driver, eth1], told)).toBe(true);
    expect(networkd.edit([driver, eth1], told).map(({ path }) => path)).toEqual([
      `${driver.path}.d/90-rc-wait.conf`,
    ]);
    expect(networkd.edit([driver, eth1], { ...target, file: eth1.path }).map(({ path }) => path)).toEqual([
      own,
    ]);
  });

  it.each([
    ['there is none', []],
    ['it is for another', [etc('10-eth0.network', '[Match]\nName=eth0\n')]],
    ['it matches nothing', [etc('10-eth1.network', '[Network]\nDHCP=yes\n')]],
    [
      'it is netplan that wrote it',
      [at('/run/systemd/network/10-netplan-eth1.network', text1), etc('20-eth1.network', text1)],
    ],
    ['it tells networkd to leave it alone', [etc('10-eth1.network', `${text1}[Link]\nUnmanaged=yes\n`)]],
  ])('is none where %s', (_, files) => {
    expect(networkd.configures(files, target)).toBe(false);
  });

  it('and without one, an edit is refused', () => {
    expect(() => edit(etc('10-eth0.network', '[Match]\nName=eth0\n'))).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: 'cannot configure eth1: no .network file matches it',
      }),
    );
  });
});

it('static addresses are told, under the name that the file gives', () => {
  const files = [
    etc(
      'a.network',
      '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n[Address]\nAddress=192.0.2.7/24\nLabel=x\n',
    ),
    etc('b.network', '[Match]\nMACAddress=BC-76-4E-20-6C-5B\n[Network]\nAddress=2001:db8::7/64\n'),
    etc('b.network.d/x.conf', '[Network]\nAddress=192.0.2.8/24\n'),
    etc('c.network', '[Match]\nName=eth*\n'),
    at(
      '/run/systemd/network/10-netplan-eth0.network',
      '[Match]\nName=eth0\n[Network]\nAddress=192.0.2.9/24\n',
    ),
  ];
  expect(networkd.addresses(files)).toEqual([
    {
      name: 'eth1',
      addresses: [
        { address: '10.208.5.7', prefixLength: 19 },
        { address: '192.0.2.7', prefixLength: 24 },
      ],
    },
    {
      name: 'b',
      macAddress: 'bc:76:4e:20:6c:5b',
      addresses: [{ address: '192.0.2.8', prefixLength: 24 }],
    },
    { name: 'c', addresses: [] },
  ]);
});

describe('on a running system', () => {
  it('networkd says which file each interface goes by', () => {
    const output = `* 1: lo
                  Network File: n/a
                         State: carrier (unmanaged)

Nov 21 18:29:10 server systemd-networkd[78]: lo: Link UP

\u25cf 2: eth1
                     Link File: /usr/lib/systemd/network/99-default.link
                  Network File: /etc/systemd/network/10 eth1.network
                         State: routable (configured)

* 3: eth0
                  Network File: /run/systemd/network/10-netplan-eth0.network
                         State: routable (configured)

* 12: docker0
                  Network File: /etc/systemd/network/99-all.network
                         State: off (unmanaged)
`;
    expect(networkd.daemon?.question?.understand(output)).toEqual(
      new Map([['eth1', `${folder}/10 eth1.network`]]),
    );
    expect(networkd.daemon?.question?.understand('')).toEqual(new Map());
  });

  it('the interfaces whose files were changed are reconfigured, ours first', () => {
    const before = [
      eth1,
      etc('10-eth0.network', '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n'),
      etc('20-dhcp.network', '[Match]\nName=en*\n[Network]\nDHCP=yes\n'),
      etc('30-eth3.network', '[Match]\nName=eth3\n'),
    ];
    const context = {
      files: made(before, networkd.edit(before, target)),
      configFileOf: new Map([
        ['eth0', `${folder}/10-eth0.network`],
        ['eth1', `${folder}/10-eth1.network`],
        ['ens5', `${folder}/20-dhcp.network`],
        ['eth3', `${folder}/30-eth3.network`],
      ]),
    };
    const commands = [
      ['networkctl', 'reload'],
      ['networkctl', 'reconfigure', 'eth1', 'eth0', 'ens5'],
    ];
    expect(networkd.reload(target, context).map(({ argv }) => argv)).toEqual(commands);
    expect(networkd.restore(target, context).map(({ argv }) => argv)).toEqual(commands);
  });
});
