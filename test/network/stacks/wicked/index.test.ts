import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { wicked } from '../../../../src/network/stacks/wicked/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { goldenFiles, sourcesOf } from '../golden.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const context = { files: [], configFileOf: new Map() };
const folder = '/etc/sysconfig/network';
const mark = '# rc-wait added the next line\n';
const off = '# rc-wait off: ';
const eth1 = at('ifcfg-eth1', 'IPADDR=10.208.5.7/19\n');
const ours = `${mark}default 10.208.0.1 - -\n`;

function at(name: string, text: string): NetworkFile {
  return { path: `${folder}/${name}`, text };
}

/** The changed files' texts; the edit is undone, and made a second time, on the way. */
function edit(...files: NetworkFile[]): Record<string, string | undefined> {
  const changes = wicked.edit(files, target);
  expect(wicked.edit(made(files, changes), target)).toEqual([]);
  for (const { before, after } of changes) if (before !== undefined) expect(undo(after ?? '')).toBe(before);
  return Object.fromEntries(changes.map(({ path, after }) => [path.slice(folder.length + 1), after]));
}

describe.each(['wicked-opensuse', 'wicked-yast'])('the layout of %s', (name) => {
  const before = goldenFiles(name, 'before');
  const after = goldenFiles(name, 'after');

  it('is edited as it should be, and not again', () => {
    const edited = made(before, wicked.edit(sourcesOf(wicked, before), target));
    expect(edited.sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(after);
    expect(wicked.edit(sourcesOf(wicked, after), target)).toEqual([]);
  });

  it('is edited as it should be where the public interface is disabled, and back', () => {
    const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
    const sorted = (files: NetworkFile[]) => files.sort((a, b) => (a.path < b.path ? -1 : 1));
    const disabled = made(before, wicked.edit(sourcesOf(wicked, before), disable));
    expect(sorted(disabled)).toEqual(goldenFiles(name, 'disabled'));
    expect(wicked.edit(sourcesOf(wicked, disabled), disable)).toEqual([]);
    expect(made(disabled, wicked.edit(sourcesOf(wicked, disabled), target))).toEqual(after);
  });

  it('can be had back from the texts alone', () => {
    const undone = after.map(({ path, text }) => ({ path, text: undo(text) }));
    expect(undone.filter(({ text }) => text !== '')).toEqual(before);
  });
});

describe('a line of routes is read as wicked reads it', () => {
  it.each([
    'default 203.0.113.1 - - # local router',
    'default 203.0.113.1 - -#table 100',
    '0.0.0.0 203.0.113.1 0 eth0',
    '0.0.0.0 203.0.113.1 0.0.0.0 -',
    '0.0.0.0/0 203.0.113.1 255.0.0.0 -',
    'default 203.0.113.1 - - scope local',
    'default 203.0.113.1 - - metric 5 # blackhole',
  ])('%s is a default route', (line) => {
    expect(edit(eth1, at('ifroute-eth0', `${line}\n`))['ifroute-eth0']).toBe(`${off}${line}\n`);
  });

  it.each([
    'default 203.0.113.1 - - table 100',
    'default - - - type blackhole',
    '0.0.0.0 203.0.113.1 255.0.0.0 -',
    '# default 203.0.113.1',
  ])('%s is none', (line) => {
    expect(edit(eth1, at('ifroute-eth0', `${line}\n`))['ifroute-eth0']).toBeUndefined();
  });

  it('a line that goes on after a backslash goes out of use whole', () => {
    const text = 'default 203.0.113.1 \\\n  - eth0\n10.0.0.0/8 203.0.113.1\n';
    expect(edit(eth1, at('ifroute-eth0', text))['ifroute-eth0']).toBe(
      `${off}default 203.0.113.1 \\\n${off}  - eth0\n10.0.0.0/8 203.0.113.1\n`,
    );
  });

  it.each(['default 10.208.0.1 - eth1 nonsense', 'default 10.208.0.1 - eth0'])(
    'a line that wicked refuses, or reads otherwise, is not taken for ours: %s',
    (line) => {
      expect(edit(eth1, at('ifroute-eth1', `${line}\n`))['ifroute-eth1']).toContain(`${off}${line}\n${ours}`);
    },
  );
});

describe('the gateway', () => {
  it("goes into the interface's own file of routes, which is made where there is none", () => {
    expect(wicked.edit([eth1], target)).toEqual([
      { path: `${folder}/ifroute-eth1`, before: undefined, after: ours, mode: 0o644 },
    ]);
    expect(edit(eth1, at('ifroute-eth1', '10.176.0.0/12 10.208.0.1 - eth1'))).toEqual({
      'ifroute-eth1': `10.176.0.0/12 10.208.0.1 - eth1\n${ours.trimEnd()}`,
    });
  });

  it('goes into a file that is there and empty', () => {
    const empty = at('ifroute-eth1', '');
    expect(wicked.edit([eth1, empty], target)).toEqual([
      { path: empty.path, before: '', after: ours, mode: 0o644 },
    ]);
  });

  it.each([
    ['ifroute-eth1', 'default 10.208.0.1 - -\n'],
    ['ifroute-eth1', '0.0.0.0/0   10.208.0.1\n'],
    ['ifroute-eth1', '0.0.0.0 10.208.0.1 0.0.0.0 eth1\n'],
    ['routes', 'default 10.208.0.1 - eth1\n'],
  ])('is left as it is where it stands there already: %s: %j', (name, text) => {
    expect(edit(eth1, at(name, text))).toEqual({});
  });

  it('takes the place of another, and of one whose interface wicked would have to guess', () => {
    expect(
      edit(
        eth1,
        at('ifroute-eth1', 'default 10.208.0.2 - - metric 5\n'),
        at('routes', 'default 10.208.0.1\n'),
      ),
    ).toEqual({
      'ifroute-eth1': `${off}default 10.208.0.2 - - metric 5\n${ours}`,
      routes: `${off}default 10.208.0.1\n`,
    });
  });

  it('that rc-wait wrote itself is replaced without a trace, and its file goes when it is empty', () => {
    const files = made([eth1], wicked.edit([eth1], target));
    const next = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
    expect(wicked.edit(files, next)[0]?.after).toBe(ours.replace('0.1', '0.2'));
    const other = [...files, at('ifcfg-eth0', ''), at('ifroute-eth0', 'default 10.208.0.1\n')];
    expect(wicked.edit(other, { ...target, interfaceName: 'eth0' })).toEqual([
      { path: `${folder}/ifroute-eth1`, before: ours, after: undefined, mode: 0o644 },
    ]);
  });
});

describe('other default routes', () => {
  it.each([
    ['default 203.0.113.1 - -', true],
    ['  default\t203.0.113.1', true],
    ['default 203.0.113.1 - eth0 metric 5', true],
    ['default 203.0.113.1 - eth0 table main', true],
    ['0.0.0.0/0 - - eth0', true],
    ['0.0.0.0 203.0.113.1 0.0.0.0 eth0', true],
    ['0.0.0.0 203.0.113.1', true],
    ['0.0.0.0 203.0.113.1 255.0.0.0 eth0', false],
    ['default fe80::1 - -', false],
    ['default 203.0.113.1 - eth0 table 100', false],
    ['default - - - blackhole', false],
    ['default - - - type unreachable', false],
    ['10.176.0.0 10.208.0.1 255.240.0.0 eth1', false],
    ['# default 203.0.113.1 - -', false],
    ['', false],
  ])('%j goes: %s', (line, goes) => {
    const { 'ifroute-eth1': own, ...others } = edit(eth1, at('ifroute-eth0', `${line}\n`));
    expect(own).toBe(ours);
    expect(others).toEqual(goes ? { 'ifroute-eth0': `${off}${line}\n` } : {});
    expect(edit(eth1, at('routes', `${line}\n`)).routes).toBe(goes ? `${off}${line}\n` : undefined);
  });

  it('are not looked for in backups', () => {
    expect(edit(eth1, at('ifroute-eth0.rpmsave', 'default 203.0.113.1 - -\n'))).toEqual({
      'ifroute-eth1': ours,
    });
  });
});

describe('DHCP', () => {
  const silenced = `${mark}DHCLIENT_SET_DEFAULT_ROUTE=no\n`;

  it.each(['dhcp', "'dhcp4'", 'dhcp+autoip'])('BOOTPROTO=%s keeps all but the default route', (mode) => {
    expect(edit(eth1, at('ifcfg-eth0', `BOOTPROTO=${mode}\n`))['ifcfg-eth0']).toBe(
      `BOOTPROTO=${mode}\n${silenced}`,
    );
  });

  it('on the interface itself does so as well', () => {
    expect(edit(at('ifcfg-eth1', 'BOOTPROTO=dhcp'))).toEqual({
      'ifcfg-eth1': `BOOTPROTO=dhcp\n${silenced.trimEnd()}`,
      'ifroute-eth1': ours,
    });
  });

  it('that says yes itself loses that line', () => {
    expect(
      edit(eth1, at('ifcfg-eth0', 'DHCLIENT_SET_DEFAULT_ROUTE="yes"\nBOOTPROTO=dhcp\n'))['ifcfg-eth0'],
    ).toBe(`${off}DHCLIENT_SET_DEFAULT_ROUTE="yes"\nBOOTPROTO=dhcp\n${silenced}`);
  });

  it.each([
    ['it says no itself', 'BOOTPROTO=dhcp\nDHCLIENT_SET_DEFAULT_ROUTE=no\n', ''],
    ['the file for all says no', 'BOOTPROTO=dhcp\n', "DHCLIENT_SET_DEFAULT_ROUTE='no'\n"],
    ['it is for IPv6', 'BOOTPROTO=dhcp6\n', ''],
    ['there is none', 'BOOTPROTO=static\n', ''],
  ])('needs nothing where %s', (_, text, shared) => {
    expect(edit(eth1, at('ifcfg-eth0', text), at('dhcp', shared))).toEqual({ 'ifroute-eth1': ours });
  });

  it('on a line with something else is refused', () => {
    expect(() =>
      edit(eth1, at('ifcfg-eth0', 'BOOTPROTO=dhcp DHCLIENT_SET_DEFAULT_ROUTE=yes\n')),
    ).toThrowError(
      `cannot edit ${folder}/ifcfg-eth0: line 1 sets DHCLIENT_SET_DEFAULT_ROUTE together with something else`,
    );
  });
});

it('an interface is configured by the file of its name', () => {
  expect(wicked.configures([eth1], target)).toBe(true);
  expect(
    wicked.configures([at('ifcfg-eth1.bak', ''), at('ifcfg-eth0', ''), at('ifroute-eth1', '')], target),
  ).toBe(false);
  expect(wicked.configures([at('ifcfg-lo', '')], { interfaceName: 'lo' })).toBe(false);
  expect(() => wicked.edit([at('ifcfg-eth0', '')], target)).toThrowError(
    expect.objectContaining({
      code: 'STACK_UNKNOWN',
      message: 'cannot configure eth1: no ifcfg file configures it',
    }),
  );
});

it('static addresses are told', () => {
  const text =
    "IPADDR='10.208.5.7/19'\nIPADDR_0=192.0.2.7\nPREFIXLEN_0=24\nIPADDR_1=192.0.2.8\nNETMASK_1=255.255.255.128\nIPADDR_2=2001:db8::7\nPREFIXLEN_2=64\nIPADDR_3=$X\n";
  expect(wicked.addresses([at('ifcfg-eth1', text)])).toEqual([
    {
      name: 'eth1',
      addresses: [
        { address: '10.208.5.7', prefixLength: 19 },
        { address: '192.0.2.7', prefixLength: 24 },
        { address: '192.0.2.8', prefixLength: 25 },
      ],
    },
  ]);
});

it('no interface is ever taken down: the route is replaced', () => {
  expect(wicked.reload(target, context).map(({ argv }) => argv.join(' '))).toEqual([
    'ip -4 route replace 0.0.0.0/0 via 10.208.0.1 dev eth1 onlink',
  ]);
  expect(wicked.restore(target, context)).toEqual([]);
});
