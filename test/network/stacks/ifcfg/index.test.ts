import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifcfg } from '../../../../src/network/stacks/ifcfg/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { goldenFiles, sourcesOf } from '../golden.ts';
import { made } from '../made.ts';

const target = {
  gateway: parseIpv4('10.208.0.1'),
  interfaceName: 'eth1',
  macAddress: 'bc:76:4e:20:6c:5b',
} as GatewayTarget;
const folder = '/etc/sysconfig/network-scripts';
const mark = '# rc-wait added the next line\n';
const off = '# rc-wait off: ';
const text1 = 'DEVICE=eth1\nIPADDR=10.208.5.7\nNETMASK=255.255.224.0\n';
const eth1 = at('ifcfg-eth1', `${text1}GATEWAY=10.208.0.1\n`);

function at(name: string, text: string): NetworkFile {
  return { path: name.startsWith('/') ? name : `${folder}/${name}`, text };
}

/** The changed files' texts; the edit is undone, and made a second time, on the way. */
function edit(...files: NetworkFile[]): Record<string, string | undefined> {
  const changes = ifcfg.edit(files, target);
  expect(ifcfg.edit(made(files, changes), target)).toEqual([]);
  for (const { before, after } of changes)
    if (before !== undefined) expect(undo(after ?? '', before)).toBe(before);
  return Object.fromEntries(
    changes.map(({ path, after }) => [path.startsWith(folder) ? path.slice(folder.length + 1) : path, after]),
  );
}

/** The file of eth1 after the edit; undefined where it is as wished. */
function home(text: string, ...more: NetworkFile[]): string | undefined {
  return edit(at('ifcfg-eth1', text), ...more)['ifcfg-eth1'];
}

/** The file of eth0 after the edit; undefined where it is as wished. */
function other(text: string, ...more: NetworkFile[]): string | undefined {
  return edit(eth1, at('ifcfg-eth0', `DEVICE=eth0\n${text}`), ...more)['ifcfg-eth0']?.replace(
    'DEVICE=eth0\n',
    '',
  );
}

describe('routes in other places and spellings', () => {
  const file = '/etc/sysconfig/static-routes';

  it('a default route in static-routes goes out of use, all else there stays', () => {
    const text =
      'any net default gw 203.0.113.1\nany host 198.51.100.7 gw 203.0.113.1\nany net 0.0.0.0 netmask 0 gw 203.0.113.1\neth0 net 0.0.0.0 netmask 0.0.0.0 gw 203.0.113.1\n# any net default gw 203.0.113.9\n';
    expect(edit(eth1, at(file, text))[file]).toBe(
      `${off}any net default gw 203.0.113.1\nany host 198.51.100.7 gw 203.0.113.1\n${off}any net 0.0.0.0 netmask 0 gw 203.0.113.1\n${off}eth0 net 0.0.0.0 netmask 0.0.0.0 gw 203.0.113.1\n# any net default gw 203.0.113.9\n`,
    );
  });

  it.each([
    'default via 203.0.113.1 dev eth0 # not in table 100\n',
    'any via 203.0.113.1\n',
    '0/0 via 203.0.113.1\n',
    '0.0.0.0/0.0.0.0 via 203.0.113.1 metric 5\n',
    'via 203.0.113.1 dev eth0\n',
  ])('%j of a route file is a default route', (line) => {
    expect(edit(eth1, at('route-eth0', line))['route-eth0']).toBe(off + line);
  });

  it.each(['0', '0.0.0.0', '000.0.0.0'])('so is a numbered one whose mask is written %s', (mask) => {
    const lines = ['ADDRESS0=0.0.0.0', `NETMASK0=${mask}`, 'GATEWAY0=203.0.113.1'];
    expect(edit(eth1, at('route-eth0', `${lines.join('\n')}\n`))['route-eth0']).toBe(
      lines.map((line) => `${off}${line}\n`).join(''),
    );
  });

  it('the interface that reaches the gateway of static-routes is a public one', () => {
    const eth0 = at('ifcfg-eth0', 'DEVICE=eth0\nIPADDR=203.0.113.72\nPREFIX=24\n');
    for (const line of ['any net default gw 203.0.113.1\n', 'eth0 net default gw 203.0.113.1\n'])
      expect(ifcfg.publicInterfaces([eth1, eth0, at(file, line)], target)).toEqual(['eth0']);
  });
});

describe.each(['ifcfg-rhel7', 'ifcfg-rhel8', 'ifcfg-rhel9'])('the layout of %s', (name) => {
  const before = goldenFiles(name, 'before');
  const after = goldenFiles(name, 'after');

  it('is edited as it should be, and not again', () => {
    expect(made(before, ifcfg.edit(sourcesOf(ifcfg, before), target))).toEqual(after);
    expect(ifcfg.edit(sourcesOf(ifcfg, after), target)).toEqual([]);
  });

  it('is edited as it should be where the public interface is disabled, and back', () => {
    const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
    const disabled = made(before, ifcfg.edit(sourcesOf(ifcfg, before), disable));
    expect(disabled).toEqual(goldenFiles(name, 'disabled'));
    expect(ifcfg.edit(sourcesOf(ifcfg, disabled), disable)).toEqual([]);
    expect(made(disabled, ifcfg.edit(sourcesOf(ifcfg, disabled), target))).toEqual(after);
  });

  it('can be had back from the texts alone', () => {
    expect(
      after.map(({ path, text }) => ({
        path,
        text: undo(text, before.find((file) => file.path === path)?.text),
      })),
    ).toEqual(before);
  });
});

describe("when Rackspace's agent writes its files anew, comments gone and settings kept", () => {
  it('the gateway is put back, and that of the other interface goes again', () => {
    const files = [
      at('ifcfg-eth0', 'BOOTPROTO=static\nDEVICE=eth0\nGATEWAY=203.0.113.1\nONBOOT=yes\n'),
      at('ifcfg-eth1', `BOOTPROTO=static\n${text1}ONBOOT=yes\nDEFROUTE=yes\n`),
    ];
    expect(edit(...files)).toEqual({
      'ifcfg-eth0': 'BOOTPROTO=static\nDEVICE=eth0\n# rc-wait off: GATEWAY=203.0.113.1\nONBOOT=yes\n',
      'ifcfg-eth1': `BOOTPROTO=static\n${text1}ONBOOT=yes\nDEFROUTE=yes\n${mark}GATEWAY=10.208.0.1\n`,
    });
  });
});

describe('the gateway', () => {
  it.each([
    ['as it should', `${text1}GATEWAY=10.208.0.1\n`],
    ['in quotes', `${text1}GATEWAY="10.208.0.1" # ours\nDEFROUTE='yes'\n`],
    ['beside others', `${text1}GATEWAY=10.208.0.1 DEFROUTE=yes\n`],
    ['after another', `${text1}GATEWAY=10.208.0.1\nGATEWAYDEV=eth1\n`],
  ])('is left as it is where it stands there already, %s', (_, text) => {
    expect(home(text)).toBeUndefined();
  });

  it('takes the place of another, whose line is kept behind a mark', () => {
    expect(home(`${text1}GATEWAY="10.208.0.2"\nGATEWAY0=10.208.0.3\nGATEWAYDEV=eth0\nMTU=1400`)).toBe(
      `${text1}${off}GATEWAY="10.208.0.2"\n${off}GATEWAY0=10.208.0.3\n${off}GATEWAYDEV=eth0\nMTU=1400\n${mark}DEFROUTE=yes\n${mark}GATEWAY=10.208.0.1\n`,
    );
  });

  it.each(['no', '"No"', 'false', '0', '$X'])('is the default even where DEFROUTE=%s', (word) => {
    expect(home(`DEFROUTE=${word}\n${text1}GATEWAY=10.208.0.1\n`)).toBe(
      `${off}DEFROUTE=${word}\n${text1}GATEWAY=10.208.0.1\n`,
    );
  });

  it('is the default even where the file for all interfaces says no', () => {
    expect(home(`${text1}GATEWAY=10.208.0.1\n`, at('/etc/sysconfig/network', 'DEFROUTE=no\n'))).toBe(
      `${text1}GATEWAY=10.208.0.1\n${mark}DEFROUTE=yes\n`,
    );
  });

  it('that rc-wait wrote itself is replaced without a trace', () => {
    const once = home(text1) ?? '';
    const next = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
    expect(ifcfg.edit([at('ifcfg-eth1', once)], next)[0]?.after).toBe(
      `${text1}${mark}DEFROUTE=yes\n${mark}GATEWAY=10.208.0.2\n`,
    );
  });

  it('is a static route where the interface has DHCP: there the scripts never look at GATEWAY', () => {
    const dhcp = 'DEVICE=eth1\nBOOTPROTO="dhcp"\nGATEWAY=10.208.0.1\n';
    const changes = ifcfg.edit([at('ifcfg-eth1', dhcp)], target);
    expect(changes).toEqual([
      {
        path: `${folder}/ifcfg-eth1`,
        before: dhcp,
        after: `DEVICE=eth1\nBOOTPROTO="dhcp"\n${mark}DEFROUTE=no\n${off}GATEWAY=10.208.0.1\n`,
        mode: 0o644,
      },
      {
        path: `${folder}/route-eth1`,
        before: undefined,
        after: `${mark}0.0.0.0/0 via 10.208.0.1 dev eth1\n`,
        mode: 0o644,
      },
    ]);
    edit(at('ifcfg-eth1', dhcp));
    const fixed = made([at('ifcfg-eth1', dhcp)], changes).map((file) =>
      file.path.endsWith('ifcfg-eth1') ? at('ifcfg-eth1', `${text1}GATEWAY=10.208.0.1\n`) : file,
    );
    expect(ifcfg.edit(fixed, target)).toEqual([
      expect.objectContaining({ path: `${folder}/route-eth1`, after: undefined }),
    ]);
  });

  it('joins the static routes that there are, in their syntax', () => {
    const dhcp = at('ifcfg-eth1', 'DEVICE=eth1\nBOOTPROTO=dhcp\nDEFROUTE=no\n');
    const routes = 'ADDRESS0=10.176.0.0\nNETMASK0=255.240.0.0\nGATEWAY0=10.208.0.1\n';
    expect(edit(dhcp, at('route-eth1', routes))).toEqual({
      'route-eth1': `${routes}${mark}ADDRESS1=0.0.0.0\n${mark}NETMASK1=0.0.0.0\n${mark}GATEWAY1=10.208.0.1\n`,
    });
    expect(edit(dhcp, at('route-eth1', '10.176.0.0/12 via 10.208.0.1\n'))).toEqual({
      'route-eth1': `10.176.0.0/12 via 10.208.0.1\n${mark}0.0.0.0/0 via 10.208.0.1 dev eth1\n`,
    });
    expect(edit(dhcp, at('route-eth1', 'default via 10.208.0.1 dev eth1\n'))).toEqual({});
  });
});

describe('other interfaces bring no default route', () => {
  it.each([
    ['a gateway', "GATEWAY='203.0.113.1'\n", `${off}GATEWAY='203.0.113.1'\n`],
    ['several', 'GATEWAY0=1.1.1.1\nGATEWAY1=1.1.1.2\n', `${off}GATEWAY0=1.1.1.1\n${off}GATEWAY1=1.1.1.2\n`],
    ['the word that makes it one', 'DEFROUTE=yes\n', `${off}DEFROUTE=yes\n`],
    ['the device of the gateway', 'GATEWAYDEV=eth0\n', `${off}GATEWAYDEV=eth0\n`],
    ['a gateway that only a shell could tell', 'GATEWAY="$(cat /x)"\n', `${off}GATEWAY="$(cat /x)"\n`],
    ['a gateway over two lines', 'GATEWAY=203.\\\n0.113.1\n', `${off}GATEWAY=203.\\\n${off}0.113.1\n`],
    ['DHCP', 'BOOTPROTO=dhcp\n', `BOOTPROTO=dhcp\n${mark}DEFROUTE=no\n`],
    [
      'DHCP and a word for it',
      'BOOTPROTO=DHCP\nDEFROUTE=No\n',
      `BOOTPROTO=DHCP\n${mark}DEFROUTE=no\n${off}DEFROUTE=No\n`,
    ],
  ])('%s', (_, text, expected) => {
    expect(other(text)).toBe(expected);
  });

  it.each([
    ['it has none', 'IPADDR=203.0.113.7\nIPV6_DEFAULTGW=fe80::1%eth0\n'],
    ['it says so itself', 'DEFROUTE=no\n'],
    ['its DHCP says so', 'BOOTPROTO=dhcp\nDEFROUTE="no"\n'],
    ['it is a port of a bond', 'GATEWAY=1.1.1.1\nMASTER=bond0\n'],
    ['it is a port of a bridge', 'GATEWAY=1.1.1.1\nBRIDGE=br0\n'],
    ['the line is a comment', '# GATEWAY=1.1.1.1\n'],
  ])('and are left alone where %s', (_, text) => {
    expect(other(text)).toBeUndefined();
  });

  it('and with DHCP where the file for all interfaces says so', () => {
    expect(other('BOOTPROTO=dhcp\n', at('/etc/sysconfig/network', 'DEFROUTE=no\n'))).toBeUndefined();
  });

  it('nor does the file for all interfaces', () => {
    expect(
      edit(eth1, at('/etc/sysconfig/network', 'GATEWAY=203.0.113.1\nGATEWAYDEV=eth0\nNOZEROCONF=yes\n')),
    ).toEqual({
      '/etc/sysconfig/network': `${off}GATEWAY=203.0.113.1\n${off}GATEWAYDEV=eth0\nNOZEROCONF=yes\n`,
    });
    expect(edit(eth1, at('/etc/sysconfig/network', 'GATEWAYDEV=eth1\n'))).toEqual({});
  });

  it('a line that does something else as well is refused, with its number', () => {
    expect(() => other('MTU=1400 GATEWAY=1.1.1.1\n')).toThrowError(
      `cannot edit ${folder}/ifcfg-eth0: line 2 sets GATEWAY together with something else`,
    );
    expect(() => other('[ -f /x ] && GATEWAY=1.1.1.1\n')).toThrowError(/sets GATEWAY together/);
    expect(() => other('GATEWAY="\n')).toThrowError(/^cannot read .*a quote is never closed/);
  });
});

describe('default routes among the static ones', () => {
  it.each([
    ['default via 203.0.113.1 dev eth0', true],
    ['  0.0.0.0/0 via 203.0.113.1', true],
    ['0/0 dev eth0', true],
    ['to default via 203.0.113.1', true],
    ['unicast default via 203.0.113.1 table main', true],
    ['default via 203.0.113.1 table 100', false],
    ['blackhole default', false],
    ['default via 2001:db8::1', false],
    ['10.176.0.0/12 via 10.208.0.1', false],
    ['# default via 203.0.113.1', false],
  ])('%j goes: %s', (line, goes) => {
    expect(edit(eth1, at('route-eth0', `${line}\n`))).toEqual(
      goes ? { 'route-eth0': `${off}${line}\n` } : {},
    );
  });

  it('in the numbered syntax go where they are the last', () => {
    const kept = 'ADDRESS0=10.176.0.0\nNETMASK0=255.240.0.0\nGATEWAY0=10.208.0.1\n';
    expect(
      edit(eth1, at('route-eth1', `${kept}ADDRESS1=0.0.0.0\nGATEWAY1=10.208.0.2\nNETMASK1="0.0.0.0"\n`)),
    ).toEqual({
      'route-eth1': `${kept}${off}ADDRESS1=0.0.0.0\n${off}GATEWAY1=10.208.0.2\n${off}NETMASK1="0.0.0.0"\n`,
    });
    expect(edit(eth1, at('route-eth1', `${kept}ADDRESS1=0.0.0.0\nNETMASK1=255.0.0.0\n`))).toEqual({});
  });

  it('and are refused before others, which ifup-routes would not reach any more', () => {
    const text = 'ADDRESS0=0.0.0.0\nNETMASK0=0.0.0.0\nADDRESS1=10.176.0.0\nNETMASK1=255.240.0.0\n';
    expect(() => edit(eth1, at('route-eth1', text))).toThrowError(
      `cannot edit ${folder}/route-eth1: without ADDRESS0, the default route, the routes after it would be lost`,
    );
  });
});

describe('the file that configures the interface', () => {
  it.each([
    ['by the device that it names', 'ifcfg-Wired_1', 'DEVICE="eth1"\n', true],
    ['by its own name', 'ifcfg-eth1', 'IPADDR=10.208.5.7\n', true],
    ['by its MAC address', 'ifcfg-x', 'HWADDR=BC:76:4E:20:6C:5B\n', true],
    [
      'not by a MAC address where it names another device',
      'ifcfg-x',
      'DEVICE=eth0\nHWADDR=bc:76:4e:20:6c:5b\n',
      false,
    ],
    ['not by a label', 'ifcfg-eth1:0', 'IPADDR=10.208.5.8\n', false],
    ['not where it is a backup', 'ifcfg-eth1.bak', 'DEVICE=eth1\n', false],
    ['not where it is a port of a bond', 'ifcfg-eth1', 'MASTER=bond0\n', false],
  ])('is told %s', (_, name, text, expected) => {
    expect(ifcfg.configures([at(name, text)], target)).toBe(expected);
  });

  it('must be one', () => {
    expect(() => edit(at('ifcfg-eth0', 'DEVICE=eth0\n'))).toThrowError(
      expect.objectContaining({
        code: 'STACK_UNKNOWN',
        message: 'cannot configure eth1: no ifcfg file configures it',
      }),
    );
    const second = at('ifcfg-x', 'DEVICE=eth1\n');
    expect(() => edit(eth1, second)).toThrowError(
      `cannot configure eth1: both ${folder}/ifcfg-eth1 and ${folder}/ifcfg-x configure it`,
    );
    expect(ifcfg.edit([eth1, second], { ...target, file: second.path }).map(({ path }) => path)).toEqual([
      eth1.path,
      second.path,
    ]);
  });
});

it('static addresses are told, under the name of the device', () => {
  const files = [
    at(
      'ifcfg-eth1',
      'DEVICE=eth1\nHWADDR=BC:76:4E:20:6C:5B\nIPADDR=10.208.5.7\nNETMASK=255.255.224.0\nIPADDR1=192.0.2.7\nPREFIX1=24\nIPADDR2=192.0.2.8/25\nIPADDR3=$X\nIPADDR4=192.0.2.9\nNETMASK4=255.0.255.0\n',
    ),
    at('ifcfg-lo', 'DEVICE=lo\nIPADDR=127.0.0.1\nPREFIX=8\n'),
    at('ifcfg-eth2', 'BOOTPROTO=dhcp\n'),
  ];
  expect(ifcfg.addresses(files)).toEqual([
    {
      name: 'eth1',
      macAddress: 'bc:76:4e:20:6c:5b',
      addresses: [
        { address: '10.208.5.7', prefixLength: 19 },
        { address: '192.0.2.7', prefixLength: 24 },
        { address: '192.0.2.8', prefixLength: 25 },
      ],
    },
    { name: 'eth2', addresses: [] },
  ]);
});

describe('on a running system', () => {
  const before = [
    at('ifcfg-eth1', text1),
    at('ifcfg-eth0', 'DEVICE=eth0\nGATEWAY=203.0.113.1\n'),
    at('ifcfg-eth2', 'DEVICE=eth2\n'),
    at('ifcfg-eth3', 'DEVICE=eth3\n'),
    at('route-eth3', 'default via 1.1.1.1\n'),
  ];
  const files = made(before, ifcfg.edit(before, target));
  const configFileOf = new Map(
    ['eth0', 'eth1', 'eth2', 'eth3'].map((name) => [name, `${folder}/ifcfg-${name}`]),
  );
  const lines = (commands: readonly { argv: readonly string[] }[]) =>
    commands.map(({ argv }) => argv.join(' '));

  it('NetworkManager says which of these files it goes by', () => {
    const output = `eth1:${folder}/ifcfg-eth1\neth0:/etc/NetworkManager/system-connections/eth0.nmconnection\n`;
    expect(ifcfg.daemon?.question?.understand(output)).toEqual(new Map([['eth1', `${folder}/ifcfg-eth1`]]));
  });

  it('NetworkManager takes the files up where it manages the interface', () => {
    const commands = [
      'nmcli --wait 20 connection reload',
      'nmcli --wait 50 device reapply eth1',
      'nmcli --wait 50 device reapply eth0',
      'nmcli --wait 50 device reapply eth3',
    ];
    expect(lines(ifcfg.reload(target, { files, configFileOf }))).toEqual(commands);
    expect(lines(ifcfg.restore(target, { files, configFileOf }))).toEqual(commands);
  });

  it('all of them where the file for all interfaces was changed', () => {
    const global = at('/etc/sysconfig/network', `${off}GATEWAY=1.1.1.1\n`);
    expect(ifcfg.reload(target, { files: [global], configFileOf })).toHaveLength(5);
  });

  it('else no interface is ever taken down: the file is checked, and the route is replaced', () => {
    expect(lines(ifcfg.reload(target, { files, configFileOf: new Map() }))).toEqual([
      `sh -n ${folder}/ifcfg-eth1`,
      'ip -4 route replace 0.0.0.0/0 via 10.208.0.1 dev eth1 onlink',
    ]);
    expect(lines(ifcfg.reload(target, { files: [], configFileOf: new Map() }))).toHaveLength(1);
    expect(ifcfg.restore(target, { files, configFileOf: new Map() })).toEqual([]);
  });
});

describe('a last line without a line ending, which NetworkManager before 1.6 drops', () => {
  const file = (name: string, text: string) => ({ path: `${folder}/${name}`, text });
  const eth1 = 'DEVICE=eth1\nIPADDR=10.208.5.7\nNETMASK=255.255.224.0\nNM_CONTROLLED=no';

  it('is none of ours', () => {
    const eth0 = file('ifcfg-eth0', 'DEVICE=eth0\nIPADDR=203.0.113.7\nPREFIX=24\nGATEWAY=203.0.113.1');
    for (const { after } of ifcfg.edit([eth0, file('ifcfg-eth1', eth1)], target))
      expect(after).toMatch(/\n$/);
  });

  it('gets one where it is in a file that the gateway hangs on, also where that is all', () => {
    const [change, ...others] = ifcfg.edit([file('ifcfg-eth1', `${eth1}\nGATEWAY=10.208.0.1`)], target);
    expect(change?.after).toBe(`${eth1}\nGATEWAY=10.208.0.1\n`);
    expect(others).toEqual([]);
  });

  it('stays as it is in any other file', () => {
    const eth2 = file('ifcfg-eth2', 'DEVICE=eth2\nIPADDR=192.0.2.7\nPREFIX=24');
    expect(ifcfg.edit([file('ifcfg-eth1', `${eth1}\nGATEWAY=10.208.0.1\n`), eth2], target)).toEqual([]);
  });
});
