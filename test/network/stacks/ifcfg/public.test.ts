import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifcfg } from '../../../../src/network/stacks/ifcfg/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = {
  gateway: parseIpv4('10.208.0.1'),
  interfaceName: 'eth1',
  macAddress: 'bc:76:4e:20:6c:5b',
} as GatewayTarget;
const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
const folder = '/etc/sysconfig/network-scripts';
const mark = '# rc-wait added the next line\n';
const off = '# rc-wait off: ';
const text1 = 'DEVICE=eth1\nIPADDR=10.208.5.7\nNETMASK=255.255.224.0\nGATEWAY=10.208.0.1\n';
const eth1 = at('ifcfg-eth1', text1);
/** eth0 after its default route was put out of use */
const text0 = `DEVICE=eth0\nIPADDR=203.0.113.7\n${off}GATEWAY=203.0.113.1\n`;

function at(name: string, text: string): NetworkFile {
  return { path: name.startsWith('/') ? name : `${folder}/${name}`, text };
}

/** The changed files' texts; the edit is undone, and made a second time, on the way. */
function edit(files: readonly NetworkFile[], gatewayInterface = target): Record<string, string | undefined> {
  const changes = ifcfg.edit(files, gatewayInterface);
  expect(ifcfg.edit(made(files, changes), gatewayInterface)).toEqual([]);
  for (const { before, after } of changes) expect(undo(after ?? '', before)).toBe(undo(before ?? ''));
  return Object.fromEntries(changes.map(({ path, after }) => [path.slice(folder.length + 1), after]));
}

/** The files of eth0 and eth1 after the edit, without what stood in them anyway. */
function moved(own: string, withoutOwn: string): [eth0: string, eth1: string] {
  const files = [at('ifcfg-eth1', text1 + own), at('ifcfg-eth0', text0 + withoutOwn)];
  const after = made(files, ifcfg.edit(files, target));
  edit(files);
  return [after[1]?.text.replace(text0, '') ?? '', after[0]?.text.replace(text1, '') ?? ''];
}

describe('public interfaces', () => {
  it.each([
    ['has a gateway', [at('ifcfg-eth0', 'GATEWAY=203.0.113.1\n')]],
    ['had one before us', [at('ifcfg-eth0', text0)]],
    ['has DHCP', [at('ifcfg-eth0', 'BOOTPROTO=dhcp\n')]],
    ['has DHCP that we silenced', [at('ifcfg-eth0', `BOOTPROTO=dhcp\n${mark}DEFROUTE=no\n`)]],
    ['is the device of the gateway', [at('ifcfg-eth0', 'GATEWAYDEV=eth0\n')]],
    ['is it for all', [at('ifcfg-eth0', ''), at('/etc/sysconfig/network', 'GATEWAYDEV=eth0\n')]],
    [
      'reaches the gateway for all',
      [
        at('ifcfg-eth0', 'IPADDR=203.0.113.7\nPREFIX=24\n'),
        at('/etc/sysconfig/network', `${off}GATEWAY=203.0.113.1\n`),
      ],
    ],
    ['has a static route', [at('ifcfg-eth0', ''), at('route-eth0', 'default via 203.0.113.1\n')]],
    ['had a static route', [at('ifcfg-eth0', ''), at('route-eth0', `${off}default via 203.0.113.1\n`)]],
    ['has an alias with one', [at('ifcfg-eth0', ''), at('ifcfg-eth0:1', 'GATEWAY=203.0.113.1\n')]],
    ['has a range with one', [at('ifcfg-eth0', ''), at('ifcfg-eth0-range0', 'GATEWAY=203.0.113.1\n')]],
  ])('are those of which one %s', (_, files) => {
    for (const all of [files, made(files, ifcfg.edit([eth1, ...files], disable))])
      expect(ifcfg.publicInterfaces?.([eth1, ...all], target)).toEqual(['eth0']);
  });

  it.each([
    ['has no default route', [at('ifcfg-eth0', 'IPADDR=192.168.3.4\n')]],
    ['says no to it', [at('ifcfg-eth0', 'GATEWAY=192.168.3.1\nDEFROUTE=no\n')]],
    ['says no to that of DHCP', [at('ifcfg-eth0', 'BOOTPROTO=dhcp\nDEFROUTE=No\n')]],
    [
      'hears no from the file for all',
      [at('ifcfg-eth0', 'BOOTPROTO=dhcp\n'), at('/etc/sysconfig/network', 'DEFROUTE=no\n')],
    ],
    [
      'is not the device of the gateway',
      [at('ifcfg-eth0', 'BOOTPROTO=dhcp\n'), at('/etc/sysconfig/network', 'GATEWAYDEV=eth7\n')],
    ],
    ['is nowhere defined', [at('route-eth0', 'default via 203.0.113.1\n')]],
    [
      'has the MAC address of the one with our gateway',
      [at('ifcfg-x', 'HWADDR=BC:76:4E:20:6C:5B\nGATEWAY=1.1.1.1\n')],
    ],
    ['is an alias of the one with our gateway', [at('ifcfg-eth1:1', 'GATEWAY=1.1.1.1\n')]],
    ['is a port', [at('ifcfg-eth0', 'MASTER=bond0\nGATEWAY=1.1.1.1\n')]],
  ])('are none where an interface %s', (_, files) => {
    expect(ifcfg.publicInterfaces?.([eth1, ...files], target)).toEqual([]);
  });
});

describe('resolvers of public interfaces', () => {
  it('go to that of the gateway, numbered after those that it has, no doubles', () => {
    expect(
      moved('DNS1=192.0.2.1\nDNS2=192.0.2.2\n', 'DNS1=192.0.2.2\nDNS2="192.0.2.3"\nDNS3=2001:db8::53\n'),
    ).toEqual([
      `${off}DNS1=192.0.2.2\n${off}DNS2="192.0.2.3"\n${off}DNS3=2001:db8::53\n`,
      `DNS1=192.0.2.1\nDNS2=192.0.2.2\n${mark}DNS3=192.0.2.3\n${mark}DNS4=2001:db8::53\n`,
    ]);
  });

  it('are numbered anew where those that it has leave a gap: ifup-post stops there', () => {
    expect(moved('DNS3=192.0.2.3\nDNS1=192.0.2.1\n', 'DNS4=192.0.2.4\n')).toEqual([
      `${off}DNS4=192.0.2.4\n`,
      `${off}DNS3=192.0.2.3\n${off}DNS1=192.0.2.1\n${mark}DNS1=192.0.2.1\n${mark}DNS2=192.0.2.3\n${mark}DNS3=192.0.2.4\n`,
    ]);
  });

  it('take the place of an empty one', () => {
    expect(moved('DNS1=\n', 'DNS1=192.0.2.4\n')[1]).toBe(`${off}DNS1=\n${mark}DNS1=192.0.2.4\n`);
  });

  it('are those that count: of one number the last', () => {
    expect(moved('', 'DNS1=192.0.2.1\nDNS1=192.0.2.2\n')).toEqual([
      `${off}DNS1=192.0.2.1\n${off}DNS1=192.0.2.2\n`,
      `${mark}DNS1=192.0.2.2\n`,
    ]);
  });

  it('need no line where it has them all', () => {
    expect(moved('DNS2=192.0.2.1\nDOMAIN=a.example\n', 'DNS1=192.0.2.1\nDOMAIN=a.example\n')[1]).toBe(
      'DNS2=192.0.2.1\nDOMAIN=a.example\n',
    );
  });

  it('bring their search domains, after those that it has', () => {
    expect(
      moved(
        'DOMAIN=a.example\nIPV6_DOMAIN=b.example\n',
        'DOMAIN="b.example c.example"\nIPV6_DOMAIN=d.example\n',
      ),
    ).toEqual([
      `${off}DOMAIN="b.example c.example"\n${off}IPV6_DOMAIN=d.example\n`,
      `${off}DOMAIN=a.example\nIPV6_DOMAIN=b.example\n${mark}DOMAIN="a.example c.example d.example"\n`,
    ]);
  });

  it('leave behind what is said of those that DHCP brings', () => {
    expect(moved('', 'PEERDNS=no\n')).toEqual(['PEERDNS=no\n', '']);
  });

  it('that are written anew move anew', () => {
    const [eth0, home] = moved('', 'DNS1=192.0.2.1\n');
    expect(moved(home, `${eth0}DNS1=192.0.2.2\n`)).toEqual([
      `${eth0}${off}DNS1=192.0.2.2\n`,
      `${mark}DNS1=192.0.2.2\n`,
    ]);
  });

  it('come back where the interface is no public one any more, and ours go', () => {
    const files = [
      at('ifcfg-eth1', `${text1}${mark}DNS1=192.0.2.1\n`),
      at('ifcfg-eth0', `DEVICE=eth0\n${off}DNS1=192.0.2.1\n`),
    ];
    expect(edit(files)).toEqual({ 'ifcfg-eth1': text1, 'ifcfg-eth0': 'DEVICE=eth0\nDNS1=192.0.2.1\n' });
  });

  it.each([
    ['DNS1=$X\n', 4, 'DNS1'],
    ['DNS1=localhost\n', 4, 'DNS1'],
    ['DNS1="192.0.2.1 192.0.2.2"\n', 4, 'DNS1'],
    ['MTU=1400\nDOMAIN=$(cat /x)\n', 5, 'DOMAIN'],
    ['DOMAIN="a;b"\n', 4, 'DOMAIN'],
  ])('are refused where they cannot be written elsewhere: %j', (text, line, key) => {
    expect(() => moved('', text)).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot edit ${folder}/ifcfg-eth0: line ${line} sets ${key} to a value that cannot be moved to another file`,
      }),
    );
    expect(edit([eth1, at('ifcfg-eth0', `DEVICE=eth0\n${text}`)])).toEqual({});
  });

  it('are refused on a line with something else', () => {
    expect(() => moved('', 'MTU=1400 DNS1=192.0.2.1\n')).toThrowError(/line 4 sets DNS1 together/);
  });
});

describe('a public interface that is to be disabled', () => {
  it.each([
    ['ONBOOT=yes\n', `${off}ONBOOT=yes\n${mark}ONBOOT=no\n`],
    ['MTU=1\n', `MTU=1\n${mark}ONBOOT=no\n`],
    ['ONBOOT="no"\nMTU=1\nONBOOT=yes', `${off}ONBOOT="no"\nMTU=1\n${off}ONBOOT=yes\n${mark}ONBOOT=no\n`],
  ])('does not come up at boot: %j', (text, expected) => {
    const files = [eth1, at('ifcfg-eth0', text0 + text)];
    expect(edit(files, disable)).toEqual({ 'ifcfg-eth0': text0 + expected });
    const after = made(files, ifcfg.edit(files, disable));
    // What was written ends with a line ending, and keeps it.
    const ended = files.map((file) => ({ ...file, text: file.text.replace(/[^\n]$/, '$&\n') }));
    expect(made(after, ifcfg.edit(after, { ...target, publicInterface: 'keep' }))).toEqual(ended);
    expect(made(after, ifcfg.edit(after, target))).toEqual(ended);
  });

  it('looks the same whether or not it was kept before', () => {
    const files = [eth1, at('ifcfg-eth0', 'DEVICE=eth0\nGATEWAY=203.0.113.1\n')];
    const kept = made(files, ifcfg.edit(files, target));
    expect(made(kept, ifcfg.edit(kept, disable))).toEqual(made(files, ifcfg.edit(files, disable)));
  });

  it('may stand on one that is disabled as well', () => {
    const vlan = at('ifcfg-eth0.5', 'VLAN=yes\nBOOTPROTO=dhcp\n');
    expect(Object.keys(edit([eth1, at('ifcfg-eth0', text0), vlan], disable))).toEqual([
      'ifcfg-eth0',
      'ifcfg-eth0.5',
    ]);
  });

  it('needs nothing where it does not come up anyway', () => {
    expect(edit([eth1, at('ifcfg-eth0', `${text0}ONBOOT='No'\n`)], disable)).toEqual({});
  });

  it('keeps its aliases as they are: they come up with it', () => {
    expect(
      edit([eth1, at('ifcfg-eth0', `${text0}ONBOOT=no\n`), at('ifcfg-eth0:1', 'ONBOOT=yes\n')], disable),
    ).toEqual({});
  });

  it.each([
    ['a VLAN by its name', at('ifcfg-eth0.5', 'VLAN=yes\n'), 'eth0: eth0.5 stands on it'],
    ['a VLAN by its setting', at('ifcfg-vlan5', 'PHYSDEV=eth0\n'), 'eth0: vlan5 stands on it'],
    ['a macvlan', at('ifcfg-mv0', 'MACVLAN_PARENT=eth0\n'), 'eth0: mv0 stands on it'],
    ['a port of its own', at('ifcfg-eth3', 'MASTER=eth0\n'), 'eth0: its port eth3 would bring it up again'],
  ])('is refused where it has %s', (_, file, what) => {
    expect(() => edit([eth1, at('ifcfg-eth0', text0), file], disable)).toThrowError(
      `cannot disable ${what}, says ${file.path}`,
    );
    expect(edit([eth1, at('ifcfg-eth0', text0), file])).toEqual({});
  });
});

describe('on a running system', () => {
  const before = [eth1, at('ifcfg-eth0', `${text0}ONBOOT=yes\n`)];
  const after = made(before, ifcfg.edit(before, disable));
  const configFileOf = new Map(['eth0', 'eth1'].map((name) => [name, `${folder}/ifcfg-${name}`]));
  const idle = new Map([...configFileOf].filter(([name]) => name === 'eth1'));
  const none = new Map<string, string>();
  const lines = (commands: readonly { argv: readonly string[] }[]) =>
    commands.map(({ argv }) => argv.join(' ').replace(/^nmcli --wait \d+ /, 'nmcli '));
  const [reload, own] = ['nmcli connection reload', 'nmcli device reapply eth1'];

  it('without NetworkManager ip(8) takes it down last, and brings it up first', () => {
    const down = { before, files: after, configFileOf: none };
    expect(lines(ifcfg.reload(disable, down)).at(-1)).toBe('ip link set dev eth0 down');
    expect(lines(ifcfg.restore(disable, down))).toEqual(['ip link set dev eth0 up', 'ifup eth0']);
    expect(ifcfg.restore(disable, down)[1]?.unlessAddressed).toBe('eth0');
    const up = { before: after, files: before, configFileOf: none };
    expect(lines(ifcfg.reload(target, up))[1]).toBe('ip link set dev eth0 up');
    expect(lines(ifcfg.restore(target, up))).toEqual(['ip link set dev eth0 down']);
  });

  it('NetworkManager disconnects it, and connects it when that fails', () => {
    const context = { before, files: after, configFileOf };
    expect(lines(ifcfg.reload(disable, context))).toEqual([reload, own, 'nmcli device disconnect eth0']);
    expect(lines(ifcfg.restore(disable, context))).toEqual([reload, own, 'nmcli device connect eth0']);
  });

  it('NetworkManager connects it again, and disconnects it when that fails', () => {
    const context = { before: after, files: before, configFileOf: idle };
    expect(lines(ifcfg.reload(target, context))).toEqual([reload, own, 'nmcli device connect eth0']);
    expect(lines(ifcfg.restore(target, { ...context, configFileOf }))).toEqual([
      reload,
      own,
      'nmcli device disconnect eth0',
    ]);
  });

  it('NetworkManager is not asked to disconnect what it has not', () => {
    const context = { before: after, files: after, configFileOf: idle };
    expect(lines(ifcfg.reload(disable, context))).toEqual([reload, own, 'ip link set dev eth0 down']);
    expect(lines(ifcfg.restore(disable, context))).toEqual([reload, own]);
  });

  it('what NetworkManager is to leave alone is brought up without it', () => {
    const foreign = (files: NetworkFile[]) =>
      files.map(({ path, text }) => ({
        path,
        text: path.endsWith('0') ? `${text}NM_CONTROLLED=no\n` : text,
      }));
    const context = { before: foreign(after), files: foreign(before), configFileOf: idle };
    const up = ['ip link set dev eth0 up', 'ifup eth0'];
    expect(lines(ifcfg.reload(target, context))).toEqual([reload, own, ...up]);
  });

  it('it is known by its file where that does not name it', () => {
    const path = `${folder}/ifcfg-Wired`;
    const named = (files: NetworkFile[]) =>
      files.map((file) =>
        file.path.endsWith('0') ? { path, text: file.text.replace('DEVICE=eth0\n', 'HWADDR=aa\n') } : file,
      );
    const context = {
      before: named(before),
      files: named(after),
      configFileOf: new Map([...idle, ['eth0', path]]),
    };
    expect(lines(ifcfg.reload(disable, context)).at(-1)).toBe('nmcli device disconnect eth0');
  });

  it('a file that has become what it was is taken up as well', () => {
    const files = [eth1, at('ifcfg-eth0', 'DEVICE=eth0\nDNS1=192.0.2.1\n')];
    const marked = [eth1, at('ifcfg-eth0', `DEVICE=eth0\n${off}DNS1=192.0.2.1\n`)];
    expect(lines(ifcfg.reload(target, { before: marked, files, configFileOf }))).toContain(
      'nmcli device reapply eth0',
    );
  });
});
