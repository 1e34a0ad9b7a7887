import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../../src/base/ipv4.ts';
import { checkNetwork, isHeld } from '../../../../src/network/plan/check.ts';
import { type ReadingAccount, whyDenied } from '../../../../src/network/plan/reading-account.ts';
import { networkd } from '../../../../src/network/stacks/networkd/index.ts';
import { scratch } from '../../scratch.ts';

const gateway = parseIpv4('10.208.0.1') as Ipv4Address;
const folder = '/etc/systemd/network';
const eth1 = `${folder}/10-eth1.network`;
const dropIn = `${eth1}.d/50-own.conf`;
const bare = '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n';
const held = `${bare}Gateway=10.208.0.1\n`;
const other = '[Match]\nName=eth0\n[Network]\nAddress=203.0.113.7/24\nGateway=203.0.113.1\n';
const users = { '/etc/passwd': 'root:x:0:0::/:/bin/sh\nsystemd-network:x:998:997::/:/sbin/nologin\n' };
const target = { interfaceName: 'eth1', gateway };
const why = 'its mode is 0600, and it is read as the user systemd-network';

async function warningsOf(path: string, mode: number, files: Record<string, string> = {}): Promise<unknown> {
  const root = scratch({ ...users, [eth1]: held, ...files });
  chmodSync(join(root, path), mode);
  const check = await checkNetwork({ gateway, stack: 'auto', root });
  expect(isHeld(check)).toBe(true);
  return check.warnings;
}

describe('below --root a file of networkd that its own user cannot read', () => {
  it('counts, for a copied tree often has other modes, and is a warning with the remedy', async () => {
    expect(await warningsOf(eth1, 0o600)).toEqual([
      `systemd-networkd will ignore ${eth1}, because ${why}; chmod a+rX ${eth1}`,
    ]);
    expect(await warningsOf(dropIn, 0o640, { [dropIn]: '[Network]\nDNS=10.208.0.2\n' })).toEqual([
      `systemd-networkd will ignore ${dropIn}, because its mode is 0640, and it is read as the user systemd-network; chmod a+rX ${dropIn}`,
    ]);
  });

  it('is one in a folder that the user cannot enter, too', async () => {
    expect(await warningsOf(folder, 0o700)).toEqual([
      `systemd-networkd will ignore ${eth1}, because the mode of ${folder} is 0700, and it is read as the user systemd-network; chmod a+rX ${folder} ${eth1}`,
    ]);
  });

  it('is none with a mode for everybody', async () => {
    for (const mode of [0o644, 0o444, 0o604]) expect(await warningsOf(eth1, mode)).toEqual([]);
  });
});

describe('on the running system', () => {
  const account: ReadingAccount = { name: 'systemd-network', uid: 998, gid: 997 };
  const denied = (mode: number, uid: number, gid: number, isRunning = true) =>
    whyDenied(account, scratch({ '/a/b': '' }), '/a/b', { mode, uid, gid }, isRunning);

  it('a file of the group systemd-network, as netplan writes them, is read', async () => {
    expect(await denied(0o100640, 0, 997)).toBeUndefined();
    expect(await denied(0o100600, 998, 0)).toBeUndefined();
    expect(await denied(0o100640, 0, 0)).toMatch(/its mode is 0640/);
    expect(await denied(0o100640, 0, 20)).toMatch(/its mode is 0640/);
    // The group's bits alone count for its members.
    expect(await denied(0o100604, 0, 997)).toMatch(/its mode is 0604/);
  });

  it('below another root a group of another machine says nothing', async () => {
    expect(await denied(0o100640, 0, 20, false)).toBeUndefined();
    expect(await denied(0o100640, 0, 0, false)).toMatch(/its mode is 0640/);
  });

  it('a unit that networkd cannot read is refused for the interface, and brings no default route', () => {
    const files = [{ path: eth1, text: bare, ignored: why }];
    expect(networkd.configures(files, target)).toBe(true);
    expect(() => networkd.edit(files, target)).toThrow(
      `cannot configure eth1: systemd-networkd ignores ${eth1}, because ${why}`,
    );
    expect(networkd.defaults([{ path: `${folder}/1.network`, text: other, ignored: why }])).toEqual([]);
  });

  it('a drop-in that networkd cannot read takes the whole unit with it, also rc-wait’s own', () => {
    for (const path of [dropIn, `${eth1}.d/90-rc-wait.conf`]) {
      const files = [
        { path: eth1, text: bare },
        { path, text: '[Route]\nGateway=10.208.0.1\n', ignored: why },
      ];
      expect(() => networkd.edit(files, target)).toThrow(`systemd-networkd ignores ${path}`);
    }
  });

  it('the unit that networkd still uses is refused, too; one that it does not use is a warning', () => {
    const files = [
      { path: eth1, text: bare, ignored: why },
      { path: `${folder}/20-eth1.network`, text: held },
    ];
    expect(() => networkd.edit(files, { ...target, file: eth1 })).toThrow(`systemd-networkd ignores ${eth1}`);
    expect(networkd.edit(files, target)).toEqual([]);
    expect(networkd.doubts?.(files, true)).toEqual([
      `systemd-networkd ignores ${eth1}, because ${why}; chmod a+rX ${eth1}`,
    ]);
  });
});
