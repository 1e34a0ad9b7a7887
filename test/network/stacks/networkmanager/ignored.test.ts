import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../../src/base/ipv4.ts';
import { checkNetwork, isHeld } from '../../../../src/network/plan/check.ts';
import { networkmanager } from '../../../../src/network/stacks/networkmanager/index.ts';
import { scratch } from '../../scratch.ts';

const gateway = parseIpv4('10.208.0.1') as Ipv4Address;
const folder = '/etc/NetworkManager/system-connections';
const eth1 = `${folder}/eth1.nmconnection`;
const eth0 = `${folder}/eth0.nmconnection`;
const profile = (name: string, ipv4: string) =>
  `[connection]\nid=${name}\nuuid=${name}\ntype=ethernet\ninterface-name=${name}\n\n[ipv4]\n${ipv4}\n`;
const held = profile('eth1', 'method=manual\naddress1=10.208.5.7/19\ngateway=10.208.0.1');
const bare = profile('eth1', 'method=manual\naddress1=10.208.5.7/19');
const other = profile('eth0', 'method=manual\naddress1=203.0.113.7/24\ngateway=203.0.113.1');

/** A tree with one file of a mode that NetworkManager may not like. */
function tree(files: Readonly<Record<string, string>>, path: string, mode: number): string {
  // Nothing is made for eth0 then by itself.
  const root = scratch({ '/etc/NetworkManager/conf.d/own.conf': '[main]\nno-auto-default=*\n', ...files });
  chmodSync(join(root, path), mode);
  return root;
}
const check = (root: string) => checkNetwork({ gateway, stack: 'auto', root });

describe('below --root a profile of a mode that NetworkManager does not take', () => {
  it.each([0o644, 0o640, 0o660, 0o601, 0o620])(
    'counts, for a copied tree often has other modes, and it is said with the remedy: mode %o',
    async (mode) => {
      const one = await check(tree({ [eth1]: held }, eth1, mode));
      expect(isHeld(one)).toBe(true);
      expect(one.warnings).toEqual([
        `NetworkManager will ignore ${eth1}, because its mode is 0${mode.toString(8)}, and others than root may have no access; chown root:root ${eth1} && chmod 600 ${eth1}`,
      ]);
    },
  );

  it.each([0o600, 0o400, 0o700])('is one that others may use, not one for root alone: %o', async (mode) => {
    const one = await check(tree({ [eth1]: held }, eth1, mode));
    expect(isHeld(one)).toBe(true);
    expect(one.warnings).toEqual([]);
  });

  it('brings its default route', async () => {
    expect(isHeld(await check(tree({ [eth1]: held, [eth0]: other }, eth0, 0o644)))).toBe(false);
  });

  it('is no matter where it is a note or a key beside the profiles', async () => {
    const root = tree({ [eth1]: held, [`${folder}/README`]: 'keep out\n' }, `${folder}/README`, 0o644);
    expect((await check(root)).warnings).toEqual([]);
  });
});

it('on the running system the one for the interface is refused, with the remedy, and brings no default route', () => {
  const why = networkmanager.whyIgnored?.({ mode: 0o100644, uid: 0 }, true) ?? '';
  const files = [{ path: eth1, text: bare, ignored: why }];
  expect(() => networkmanager.edit(files, { interfaceName: 'eth1', gateway })).toThrow(
    `cannot configure eth1: NetworkManager ignores ${eth1}, because its mode is 0644, and others than root may have no access`,
  );
  const [route] = networkmanager.defaults([{ path: eth0, text: other, ignored: why }]);
  expect(route).toBeUndefined();
});

it('the owner counts on the running system alone: a tree may have been unpacked by anybody', () => {
  const words = 'root does not own it';
  expect(networkmanager.whyIgnored?.({ mode: 0o100600, uid: 1000 }, true)).toBe(words);
  expect(networkmanager.whyIgnored?.({ mode: 0o100600, uid: 1000 }, false)).toBeUndefined();
  expect(networkmanager.whyIgnored?.({ mode: 0o100600, uid: 0 }, true)).toBeUndefined();
});

it('the profile that NetworkManager still uses is refused, too: the next reload would drop it', () => {
  const files = [
    { path: eth1, text: bare, ignored: 'its mode is 0644' },
    { path: `${folder}/x.nmconnection`, text: held.replace('uuid=eth1', 'uuid=x') },
  ];
  const target = { interfaceName: 'eth1', gateway, file: eth1 };
  expect(() => networkmanager.edit(files, target)).toThrow(`NetworkManager ignores ${eth1}`);
  expect(networkmanager.edit(files, { interfaceName: 'eth1', gateway })).toEqual([]);
});
