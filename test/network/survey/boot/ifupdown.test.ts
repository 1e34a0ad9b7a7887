import { describe, expect, it } from 'vitest';
import { parseIpv4Prefix } from '../../../../src/base/ipv4.ts';
import { checkNetwork, isHeld } from '../../../../src/network/plan/check.ts';
import { type PlanHost, planNetwork } from '../../../../src/network/plan/plan.ts';
import { FakeKernel } from '../../fake-kernel.ts';
import { put, scratch } from '../../scratch.ts';
import { expectHeld, expectRefused, request } from './expected.ts';

const mac = 'bc:76:4e:20:6c:5b';

describe('ifupdown', () => {
  const path = '/etc/network/interfaces';
  const stanza = 'iface eth1 inet static\n  address 10.208.5.7/19\n';
  const defaults = '/etc/default/networking';

  it.each([
    ['', 1],
    ['auto lo eth0\niface lo inet loopback\n', 3],
    ['# auto eth1\n', 2],
    ['no-auto-down eth1\n', 2],
    ['no-scripts eth1\n', 2],
    ['auto eth1:1\n', 2],
    ['auto eth10\n', 2],
    ['auto /eth0\n', 2],
    ['auto /en*\n', 2],
    ['auto eth1=home\niface home inet manual\n', 3],
    ['auto /eth*=home\niface home inet manual\n', 3],
  ])('refuses an interface that no line brings up at boot: %j', async (text, line) => {
    await expectRefused(
      { [path]: text + stanza },
      `nothing brings eth1 up at boot: ${path}, line ${line}, defines it, but no line has "auto eth1" or "allow-hotplug eth1"`,
      'write "auto eth1" above that line',
    );
  });

  it('refuses it in an included file, and where it inherits', async () => {
    const other = '/etc/network/interfaces.d/eth1';
    await expectRefused(
      { [path]: 'source interfaces.d/*\n', [other]: stanza },
      `${other}, line 1, defines it`,
      'write "auto eth1"',
    );
    await expectRefused(
      {
        [path]:
          'auto base\niface base inet static\n  netmask 19\niface eth1 inet static inherits base\n  address 10.208.5.7\n',
      },
      `${path}, line 4, defines it`,
      'write "auto eth1"',
    );
  });

  it.each([
    'auto eth1\n',
    'auto lo eth0 eth1\n',
    'allow-auto eth1\n',
    'allow-hotplug eth1\n',
    'auto eth0 \\\n  eth1\n',
    'auto /eth*\n',
    'auto /eth[0-9]\n',
    'allow-hotplug /e*\n',
    'auto eth1=eth1\n',
    'no-auto-down eth1\nauto eth1\n',
  ])('takes one that comes up: %j', async (text) => {
    await expectHeld({ [path]: text + stanza });
  });

  it('takes one whose line stands in another file, or in the stanza itself', async () => {
    await expectHeld({ [path]: `${stanza}source x.d/*\n`, '/etc/network/x.d/a': 'auto eth1\n' });
    await expectHeld({ [path]: `iface eth1 inet static\n  auto\n  address 10.208.5.7/19\n` });
  });

  it.each([
    ['allow-ovs eth1\n', 'only "allow-ovs" in /etc/network/interfaces, line 1, may bring eth1 up'],
    ['auto /eth*/1\n', 'only "auto" in /etc/network/interfaces, line 1, may bring eth1 up'],
    [`auto mac/${mac}\n`, 'only "auto" in /etc/network/interfaces, line 1, may bring eth1 up'],
    ['auto eth0\niface eth0 inet manual\n  up /sbin/ifup eth1\n', 'nothing brings eth1 up at boot'],
    ['auto eth0\niface eth0 inet manual\n  bond-master eth1\n', 'nothing brings eth1 up at boot'],
  ])('warns where the files do not tell: %j', async (text, warning) => {
    await expectHeld({ [path]: text + stanza }, warning);
  });

  it.each([
    ['CONFIGURE_INTERFACES=no\n', 'says CONFIGURE_INTERFACES=no', 'take CONFIGURE_INTERFACES= out there'],
    [
      'EXCLUDE_INTERFACES="eth2 eth1"\n',
      'says EXCLUDE_INTERFACES=eth2 eth1',
      'take eth1 out of EXCLUDE_INTERFACES=',
    ],
    ["EXCLUDE_INTERFACES='eth*'\n", 'says EXCLUDE_INTERFACES=eth*', 'take eth1 out of'],
  ])('refuses what networking.service leaves out: %j', async (text, words, way) => {
    await expectRefused({ [path]: `auto eth1\n${stanza}`, [defaults]: text }, words, way);
  });

  it('takes what networking.service does not leave out', async () => {
    await expectHeld({
      [path]: `auto eth1\n${stanza}`,
      [defaults]: '# CONFIGURE_INTERFACES=no\nEXCLUDE_INTERFACES="eth0 eth10"\n',
    });
    await expectHeld({ [path]: `allow-hotplug eth1\n${stanza}`, [defaults]: 'EXCLUDE_INTERFACES=eth1\n' });
    await expectHeld(
      { [path]: `allow-hotplug eth1\n${stanza}`, [defaults]: 'CONFIGURE_INTERFACES=no\n' },
      'CONFIGURE_INTERFACES=no',
    );
  });

  it('refuses one that somebody has brought up by hand on a running system, too', async () => {
    const root = scratch({ [path]: `${stanza}  gateway 10.208.0.1\n` });
    const host: PlanHost = {
      isRunning: () => true,
      interfaces: () => [
        { name: 'eth1', addresses: [parseIpv4Prefix('10.208.5.7/19')].filter((one) => one !== undefined) },
      ],
      isInstalled: async (tool) => tool === 'ifup',
      isPresent: () => true,
      run: new FakeKernel(['default via 10.208.0.1 dev eth1']).run,
    };
    await expect(planNetwork(request(root), host)).rejects.toThrow('nothing brings eth1 up at boot');
    expect(isHeld(await checkNetwork(request(root), host))).toBe(false);
    put(root, path, `auto eth1\n${stanza}  gateway 10.208.0.1\n`);
    expect(isHeld(await checkNetwork(request(root), host))).toBe(true);
  });

  it('names the other obstacles as well', async () => {
    const root = scratch({
      [path]: stanza,
      '/etc/netplan/a.yaml': 'network: {ethernets: {eth0: {dhcp4: true}}}\n',
    });
    await expect(planNetwork(request(root))).rejects.toMatchObject({
      message: expect.stringContaining('brings "default dev eth0 by DHCP"; nothing brings eth1 up'),
      hint: 'nothing was changed; take that default route out there, or see to it that nothing reads that file at boot; write "auto eth1" above that line, and try again',
    });
  });
});
