import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../../src/base/ipv4.ts';
import { applyNetwork } from '../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../src/network/plan/check.ts';
import { planNetwork } from '../../../src/network/plan/plan.ts';
import { scratch } from '../scratch.ts';

const gateway = parseIpv4('10.208.233.7') as Ipv4Address;
const interfaces = '/etc/network/interfaces';
const eth1 = 'auto eth1\niface eth1 inet static\n  address 10.208.227.239/19\n';
const held = `${eth1}  gateway 10.208.233.7\n`;
const eth0 = 'auto eth0\niface eth0 inet static\n  address 203.0.113.72/24\n  gateway 203.0.113.1\n';
const script = '#!/bin/sh\nip route add default via 203.0.113.1 dev eth0\n';
const networkd = '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n';

const check = (root: string) => checkNetwork({ gateway, stack: 'auto', root });

/** A tree that holds the gateway, with more files and links. */
function image(
  files: Readonly<Record<string, string>>,
  links: Readonly<Record<string, string>> = {},
): string {
  const root = scratch(files);
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
  return root;
}

describe('below another root, what brings another default route is seen by a link inside it', () => {
  it.each<[string, Record<string, string>, Record<string, string>]>([
    [
      'a sourced file',
      { '/srv/eth0': eth0, [interfaces]: `${held}source interfaces.d/*\n` },
      { '/etc/network/interfaces.d/eth0': '/srv/eth0' },
    ],
    [
      'a sourced folder',
      { '/srv/eth0': eth0, [interfaces]: `${held}source interfaces.d/*\n` },
      { '/etc/network/interfaces.d': '/srv' },
    ],
    [
      'a file of another stack',
      { '/srv/n': networkd, [interfaces]: held },
      { '/etc/systemd/network/1.network': '/srv/n' },
    ],
    ['a script', { '/srv/up': script, [interfaces]: held }, { '/etc/network/if-up.d/up': '/srv/up' }],
    [
      'rc.local',
      { '/etc/rc.d/x': script, '/srv/up': script, [interfaces]: held },
      { '/etc/rc.local': '/srv/up' },
    ],
    [
      'a unit that an administrator enabled',
      { '/srv/up': script, '/srv/r.service': '[Service]\nExecStart=/srv/up\n', [interfaces]: held },
      {
        '/etc/systemd/system/r.service': '/srv/r.service',
        '/etc/systemd/system/multi-user.target.wants/r.service': '/srv/r.service',
      },
    ],
    [
      'a program of a stack by an alternative',
      {
        '/usr/libexec/ifup': '',
        '/usr/libexec/nc': '',
        [interfaces]: held,
        '/etc/systemd/network/1.network': networkd,
      },
      {
        '/usr/sbin/ifup': '/etc/alternatives/ifup',
        '/etc/alternatives/ifup': '/usr/libexec/ifup',
        '/usr/bin/networkctl': '/usr/libexec/nc',
        '/etc/systemd/system/multi-user.target.wants/systemd-networkd.service':
          '/lib/systemd/system/systemd-networkd.service',
        '/lib': 'usr/lib',
      },
    ],
  ])('%s', async (_, files, links) => {
    const root = image(files, links);
    if ('/srv/up' in files) chmodSync(join(root, '/srv/up'), 0o755);
    const one = await check(root);
    expect(isHeld(one)).toBe(false);
    expect([one.reasons.join(), JSON.stringify(one.plan.changes)].join()).toMatch(/203\.0\.113\.1/);
  });

  it('and a unit that is masked there, by a link however it is written, is not', async () => {
    const root = image(
      {
        '/usr/sbin/ifup': '',
        '/usr/bin/networkctl': '',
        [interfaces]: held,
        '/etc/systemd/network/1.network': networkd,
      },
      {
        '/etc/systemd/system/multi-user.target.wants/systemd-networkd.service': '/lib/systemd/system/x',
        '/etc/systemd/system/systemd-networkd.service': '../../../dev/null',
      },
    );
    expect(isHeld(await check(root))).toBe(true);
  });
});

describe('below another root, the file of the gateway\u2019s interface', () => {
  it('holds the gateway where it is a link inside the root', async () => {
    const root = image({ '/srv/interfaces': held }, { [interfaces]: '/srv/interfaces' });
    expect(isHeld(await check(root))).toBe(true);
  });

  it('is not changed through a link, as on the running system', async () => {
    const root = image({ '/srv/interfaces': eth1 }, { [interfaces]: '/srv/interfaces' });
    const plan = await planNetwork({ gateway, stack: 'auto', root });
    await expect(applyNetwork(plan, { root })).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot write ${interfaces}: it is a symbolic link, and what it points to may serve others too`,
    });
    expect(readFileSync(join(root, '/srv/interfaces'), 'utf8')).toBe(eth1);
  });

  it.each<[string, Record<string, string>]>([
    ['its folder', { '/etc/network': '/srv' }],
    ['/etc itself, relative', { '/etc': 'old/etc', '/old/etc/network': '/srv' }],
    ['/var, where the journal is', { '/etc/network': '/srv', '/var': '/srv/var' }],
  ])('is changed where %s is a link', async (_, links) => {
    const root = image({ '/srv/interfaces': eth1, '/srv/var/x': '' }, links);
    const plan = await planNetwork({ gateway, stack: 'auto', root });
    expect(await applyNetwork(plan, { root })).toMatchObject({ action: 'changed' });
    expect(readFileSync(join(root, '/srv/interfaces'), 'utf8')).toMatch(/gateway 10\.208\.233\.7/);
    expect(isHeld(await check(root))).toBe(true);
  });

  it('is read at the path of the image, where this machine has the same path', async () => {
    const outside = scratch({ interfaces: held });
    const root = image({ [`${outside}/interfaces`]: eth1 }, { '/etc/network': outside });
    expect(isHeld(await check(root))).toBe(false);
  });
});
