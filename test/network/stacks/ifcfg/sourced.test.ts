import { describe, expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifcfg } from '../../../../src/network/stacks/ifcfg/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const folder = '/etc/sysconfig/network-scripts';
const off = '# rc-wait off: ';
const text1 = 'DEVICE=eth1\nIPADDR=10.208.5.7\nNETMASK=255.255.224.0\n';

function at(path: string, text: string): NetworkFile {
  return { path: path.startsWith('/') ? path : `${folder}/${path}`, text };
}

function edit(files: NetworkFile[], more: Partial<GatewayTarget> = {}): Record<string, string | undefined> {
  const changes = ifcfg.edit(files, { ...target, ...more });
  expect(ifcfg.edit(made(files, changes), { ...target, ...more })).toEqual([]);
  return Object.fromEntries(changes.map(({ path, after }) => [path, after]));
}

const eth1 = at('ifcfg-eth1', text1);

describe('an ifcfg file that sources another', () => {
  it.each([
    '. /etc/net.conf',
    'source /etc/net.conf',
    '[ -f /etc/net.conf ] && source /etc/net.conf',
    'test -r /etc/net.conf && . /etc/net.conf',
    'if [ -f /etc/net.conf ]; then . /etc/net.conf; fi',
    'if [ -f "/etc/net.conf" ]\nthen\n  . "/etc/net.conf"\nfi',
  ])('loses the gateway that stands there: %j', (line) => {
    const eth0 = at('ifcfg-eth0', `DEVICE=eth0\n${line}\n`);
    const file = at('/etc/net.conf', 'GATEWAY=203.0.113.1\nDEFROUTE=yes\nMTU=1400\n');
    expect(ifcfg.includes?.(eth0)).toEqual(['/etc/net.conf']);
    expect(ifcfg.defaults([eth0, file])).toMatchObject([{ device: 'eth0', via: '203.0.113.1' }]);
    expect(ifcfg.publicInterfaces([eth1, eth0, file], target)).toEqual(['eth0']);
    expect(edit([eth1, eth0, file])['/etc/net.conf']).toBe(
      `${off}GATEWAY=203.0.113.1\n${off}DEFROUTE=yes\nMTU=1400\n`,
    );
  });

  it.each(['. ./common', '. common', `. ${folder}/common`])('finds it in its own folder: %s', (line) => {
    const eth0 = at('ifcfg-eth0', `DEVICE=eth0\n${line}\n`);
    expect(edit([eth1, eth0, at('common', 'GATEWAY=203.0.113.1\n')])[`${folder}/common`]).toBe(
      `${off}GATEWAY=203.0.113.1\n`,
    );
  });

  it('is known by the device, the address and the method that stand there', () => {
    const file = at('/etc/net.conf', 'DEVICE=eth1\nIPADDR=10.208.5.7\nPREFIX=19\n');
    const named = at('ifcfg-private', '. /etc/net.conf\n');
    expect(ifcfg.configures([named, file], target)).toBe(true);
    expect(ifcfg.addresses([named, file])).toMatchObject([{ name: 'eth1', addresses: [{}] }]);
    const dhcp = [
      at('ifcfg-eth0', 'DEVICE=eth0\n. /etc/dhcp.conf\n'),
      at('/etc/dhcp.conf', 'BOOTPROTO=dhcp\n'),
    ];
    expect(edit([eth1, ...dhcp])[`${folder}/ifcfg-eth0`]).toContain('DEFROUTE=no');
  });

  it('counts in the order of the shell', () => {
    const file = at('/etc/net.conf', 'ONBOOT=no\nGATEWAY=203.0.113.1\n');
    const last = (text: string) =>
      ifcfg.defaults([at('ifcfg-eth0', text), file]).map(({ isAtBoot }) => isAtBoot)[0];
    expect(last('DEVICE=eth0\n. /etc/net.conf\nONBOOT=yes\n')).toBe(true);
    expect(last('DEVICE=eth0\nONBOOT=yes\n. /etc/net.conf\n')).toBe(false);
  });

  it('is followed through the file for all interfaces, and through other files', () => {
    const files = [
      at('/etc/sysconfig/network', 'NETWORKING=yes\n. /etc/a\n'),
      at('/etc/a', '. /etc/b\n'),
      at('/etc/b', 'GATEWAY=203.0.113.1\n'),
    ];
    expect(edit([eth1, ...files])['/etc/b']).toBe(`${off}GATEWAY=203.0.113.1\n`);
  });

  it('that does not exist, or sets nothing of these, changes nothing', () => {
    for (const text of ['. /etc/missing\n', '. /etc/functions\n']) {
      const eth0 = at('ifcfg-eth0', `DEVICE=eth0\n${text}`);
      expect(Object.keys(edit([eth1, eth0, at('/etc/functions', 'f() {\n  X=$(date)\n}\n')]))).toEqual([
        `${folder}/ifcfg-eth1`,
      ]);
    }
  });

  it.each([
    ['. $CONF', 'a file that only a shell could tell'],
    ['. /etc/net.conf', '/etc/net.conf'],
    ['. /etc/quote', '/etc/quote'],
    ['. /etc/loop', '/etc/loop'],
  ])('of which only a shell could tell is refused with its line: %s', (line, from) => {
    const files = [
      eth1,
      at('ifcfg-eth0', `DEVICE=eth0\n${line}\n`),
      at('/etc/net.conf', 'GATEWAY=$(cat /etc/gw)\n'),
      at('/etc/quote', 'GATEWAY="203.0.113.1\n'),
      at('/etc/loop', '. /etc/loop\n'),
    ];
    expect(() => ifcfg.edit(files, target)).toThrow(
      `cannot read ${folder}/ifcfg-eth0: line 2: settings of the interface may come from ${from}`,
    );
    // NetworkManager ignores the line.
    const path = `${folder}/ifcfg-eth1`;
    expect(ifcfg.edit(files, { ...target, file: path }).map((one) => one.path)).toEqual([path]);
  });

  it('stays down where the public interface is to be down, whatever stands there', () => {
    const eth0 = at('ifcfg-eth0', 'DEVICE=eth0\n. /etc/net.conf\n');
    const file = at('/etc/net.conf', 'GATEWAY=203.0.113.1\nONBOOT=yes\n');
    const after = edit([eth1, eth0, file], { publicInterface: 'disable' });
    expect(after[`${folder}/ifcfg-eth0`]).toContain('ONBOOT=no');
    expect(after['/etc/net.conf']).toBe(`${off}GATEWAY=203.0.113.1\n${off}ONBOOT=yes\n`);
  });
});
