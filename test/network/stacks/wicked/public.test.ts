import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { wicked } from '../../../../src/network/stacks/wicked/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
const folder = '/etc/sysconfig/network';
const mark = '# rc-wait added the next line\n';
const off = '# rc-wait off: ';
const home = [at('ifcfg-eth1', 'IPADDR=10.208.5.7/19\n'), at('ifroute-eth1', 'default 10.208.0.1\n')];

function at(name: string, text: string): NetworkFile {
  return { path: `${folder}/${name}`, text };
}

/** The changed files' texts; the edit is undone, and made a second time, on the way. */
function edit(files: readonly NetworkFile[], gatewayInterface = disable): Record<string, string | undefined> {
  const changes = wicked.edit(files, gatewayInterface);
  expect(wicked.edit(made(files, changes), gatewayInterface)).toEqual([]);
  for (const { before, after } of changes) expect(undo(after ?? '')).toBe(undo(before ?? ''));
  return Object.fromEntries(changes.map(({ path, after }) => [path.slice(folder.length + 1), after]));
}

describe('public interfaces', () => {
  it.each([
    ['has a route', [at('ifcfg-eth0', ''), at('ifroute-eth0', 'default 203.0.113.1 - -\n')]],
    ['had a route', [at('ifcfg-eth0', ''), at('ifroute-eth0', `${off}default 203.0.113.1 - -\n`)]],
    ['is named by a route', [at('ifcfg-eth0', ''), at('routes', 'default 203.0.113.1 - eth0\n')]],
    [
      'reaches the gateway of a route',
      [at('ifcfg-eth0', 'IPADDR=203.0.113.7/24\n'), at('routes', 'default 203.0.113.1\n')],
    ],
    ['has DHCP', [at('ifcfg-eth0', 'BOOTPROTO=dhcp\n')]],
    [
      'has DHCP that we silenced',
      [at('ifcfg-eth0', `BOOTPROTO=dhcp\n${mark}DHCLIENT_SET_DEFAULT_ROUTE=no\n`)],
    ],
  ])('are those of which one %s', (_, files) => {
    for (const all of [files, made(files, wicked.edit([...home, ...files], disable))])
      expect(wicked.publicInterfaces?.([...home, ...all], target)).toEqual(['eth0']);
  });

  it.each([
    ['has no default route', [at('ifcfg-eth0', 'IPADDR=192.168.3.4/24\n')]],
    ['has one of IPv6', [at('ifcfg-eth0', ''), at('ifroute-eth0', 'default fe80::1 - -\n')]],
    ['says no to that of DHCP', [at('ifcfg-eth0', 'BOOTPROTO=dhcp\nDHCLIENT_SET_DEFAULT_ROUTE=no\n')]],
    [
      'hears no from the file for all',
      [at('ifcfg-eth0', 'BOOTPROTO=dhcp\n'), at('dhcp', 'DHCLIENT_SET_DEFAULT_ROUTE=no\n')],
    ],
    ['is nowhere defined', [at('routes', 'default 203.0.113.1 - eth0\n')]],
    ['cannot be told', [at('ifcfg-eth0', ''), at('routes', 'default 203.0.113.1\n')]],
  ])('are none where an interface %s', (_, files) => {
    expect(wicked.publicInterfaces?.([...home, ...files], target)).toEqual([]);
  });
});

describe('a public interface that is to be disabled', () => {
  const route = at('ifroute-eth0', `${off}default 203.0.113.1 - -\n`);

  it.each([
    ["STARTMODE='auto'\n", `${off}STARTMODE='auto'\n${mark}STARTMODE=off\n`],
    ['STARTMODE=nfsroot', `${off}STARTMODE=nfsroot\n${mark}STARTMODE=off`],
    ['MTU=1500\n', `MTU=1500\n${mark}STARTMODE=off\n`],
  ])('does not come up at boot, and does so again when it is kept: %j', (text, expected) => {
    const files = [...home, route, at('ifcfg-eth0', text)];
    expect(edit(files)).toEqual({ 'ifcfg-eth0': expected });
    const after = made(files, wicked.edit(files, disable));
    expect(edit(after, { ...target, publicInterface: 'keep' })).toEqual({ 'ifcfg-eth0': text });
    expect(edit(after, target)).toEqual({ 'ifcfg-eth0': text });
  });

  it.each(['off', '"manual"'])('needs nothing where it does not come up anyway: STARTMODE=%s', (mode) => {
    expect(edit([...home, route, at('ifcfg-eth0', `STARTMODE=${mode}\n`)])).toEqual({});
  });

  it.each([
    ['a VLAN by its name', at('ifcfg-eth0.5', ''), 'eth0.5'],
    ['a VLAN by its setting', at('ifcfg-vlan5', "ETHERDEVICE='eth0'\n"), 'vlan5'],
    ['a bridge', at('ifcfg-br0', "BRIDGE_PORTS='eth3 eth0'\n"), 'br0'],
    ['a bond', at('ifcfg-bond0', 'BONDING_SLAVE_1=eth0\n'), 'bond0'],
  ])('is refused where it has %s', (_, file, upper) => {
    const files = [...home, route, at('ifcfg-eth0', ''), file];
    expect(() => edit(files)).toThrowError(`cannot disable eth0: ${upper} stands on it, says ${file.path}`);
    expect(edit(files, target)).toEqual({});
  });

  it('goes down once the gateway is there, and comes up first when that fails', () => {
    const before = [...home, route, at('ifcfg-eth0', '')];
    const files = made(before, wicked.edit(before, disable));
    const lines = (commands: readonly { argv: readonly string[] }[]) =>
      commands.map(({ argv }) => argv.join(' '));
    const way = 'ip -4 route replace 0.0.0.0/0 via 10.208.0.1 dev eth1 onlink';
    const [up, down] = ['ip link set dev eth0 up', 'ip link set dev eth0 down'];
    const own = 'wicked ifup eth0';
    const [goes, comes] = [
      { before, files, configFileOf: new Map() },
      { before: files, files: before, configFileOf: new Map() },
    ];
    expect(lines(wicked.reload(disable, goes))).toEqual([way, down]);
    expect(lines(wicked.restore(disable, goes))).toEqual([up, own]);
    expect(wicked.restore(disable, goes)[1]?.unlessAddressed).toBe('eth0');
    expect(lines(wicked.reload(target, comes))).toEqual([up, own, way]);
    expect(lines(wicked.restore(target, comes))).toEqual([down]);
    expect(lines(wicked.reload(target, { files: before, configFileOf: new Map() }))).toEqual([way]);
  });
});
