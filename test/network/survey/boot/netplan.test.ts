import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyNetwork } from '../../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../../src/network/plan/check.ts';
import { planNetwork } from '../../../../src/network/plan/plan.ts';
import { put, scratch } from '../../scratch.ts';
import { expectHeld, expectRefused, request } from './expected.ts';

describe('netplan', () => {
  const path = '/etc/netplan/50-cloud-init.yaml';
  const text = 'network:\n  ethernets:\n    eth1:\n      addresses: [10.208.5.7/19]\n';
  const folder = '/etc/systemd/network';
  const unit = `${folder}/05-eth1.network`;
  const generated = '10-netplan-eth1.network';

  it.each(['manual', 'off'])(
    'refuses an interface that does not come up: activation-mode %s',
    async (mode) => {
      await expectRefused(
        { [path]: `${text}      activation-mode: ${mode}\n` },
        `nothing brings eth1 up at boot: ${path}, line 5, says activation-mode: ${mode}`,
        'take activation-mode out there',
      );
      const later = '/etc/netplan/60.yaml';
      await expectRefused(
        { [path]: text, [later]: `network: {ethernets: {eth1: {activation-mode: "${mode}"}}}\n` },
        `${later}, line 1, says activation-mode: ${mode}`,
        'take activation-mode out there',
      );
    },
  );

  it('takes one whose mode another file has set back, and one of another interface', async () => {
    await expectHeld({ [path]: `${text}      activation-mode: ""\n` });
    await expectHeld({ [path]: `${text}    eth2: {activation-mode: manual}\n` });
  });

  it('refuses where networkd reads another file first, also after each hint', async () => {
    const root = scratch({ [path]: text, [unit]: '[Match]\nName=eth1\n[Link]\nUnmanaged=yes\n' });
    const words = `${unit} matches eth1, and systemd-networkd reads it before netplan's file and uses the first alone`;
    await expectRefused(root, words, 'take that file away');
    await expectRefused(root, words, 'take that file away', 'netplan');
    put(root, unit, '[Match]\nName=eth0\n[Link]\nUnmanaged=yes\n');
    await applyNetwork(await planNetwork(request(root)), { root });
    expect(isHeld(await checkNetwork(request(root)))).toBe(true);
    put(root, unit, '[Match]\nMACAddress=bc:76:4e:20:6c:5b\nName=eth*\n[Link]\nUnmanaged=yes\n');
    const check = await checkNetwork(request(root));
    expect(check.warnings.join('\n')).toContain(`${unit} may match eth1`);
  });

  it('writes to networkd where its file comes first and configures the interface', async () => {
    const own = '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n';
    const root = scratch({ [path]: text, [unit]: own });
    const plan = await planNetwork(request(root));
    expect(plan).toMatchObject({
      stack: 'networkd',
      why: expect.stringContaining(
        `${unit} matches eth1, and systemd-networkd reads it before netplan's file`,
      ),
    });
    await expectRefused(root, `${unit} matches eth1`, 'take that file away', 'netplan');
    await applyNetwork(plan, { root });
    expect(isHeld(await checkNetwork(request(root)))).toBe(true);
  });

  it('refuses to write to a file of networkd that comes after the one of netplan', async () => {
    const late = `${folder}/20-eth1.network`;
    const root = scratch({ [path]: text, [late]: '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n' });
    await expect(planNetwork(request(root))).rejects.toMatchObject({ code: 'STACK_AMBIGUOUS' });
    await expectRefused(
      root,
      `netplan generates ${generated} for eth1 at boot, and networkd uses that`,
      'let rc-wait write to netplan, with --network netplan',
      'networkd',
    );
    await applyNetwork(await planNetwork(request(root, 'netplan')), { root });
    expect(isHeld(await checkNetwork(request(root, 'netplan')))).toBe(true);
  });

  it('refuses where a file or a link in /etc hides the one of netplan', async () => {
    const hiding = `${folder}/${generated}`;
    await expectRefused(
      { [path]: text, [hiding]: '[Match]\nName=eth1\n[Link]\nUnmanaged=yes\n' },
      `${hiding}, a file of its own, hides netplan's ${generated}`,
      `take ${hiding} away`,
    );
    const root = scratch({ [path]: text });
    mkdirSync(dirname(join(root, hiding)), { recursive: true });
    symlinkSync('/dev/null', join(root, hiding));
    await expectRefused(
      root,
      `${hiding}, an empty file or a link to /dev/null, hides netplan's ${generated}`,
      `take ${hiding} away`,
    );
  });

  it.each([
    ['[Network]\nGateway=203.0.113.1\n', 'adds "default via 203.0.113.1"', 'take that route out there'],
    [
      '[Route]\nDestination=0.0.0.0/0\nGateway=203.0.113.1\n',
      'adds "default via 203.0.113.1"',
      'take that route out',
    ],
    [
      '[Network]\nGateway=\n',
      'line 2, says Gateway=, with which systemd 257 clears',
      'take the empty Gateway=',
    ],
    ['[Link]\nUnmanaged=yes\n', 'line 2, says Unmanaged=yes', 'take Unmanaged= out there'],
    [
      '[Link]\nActivationPolicy=manual\n',
      'line 2, says ActivationPolicy=manual',
      'take ActivationPolicy= out there',
    ],
    ['[Match]\nName=\nName=eth7\n', 'does not match eth1 any more', 'take [Match] out there'],
    ['[Network]\nDHCP=yes\n', 'adds "default by DHCP"', 'take DHCP= out there'],
  ])("refuses what a drop-in adds to netplan's file: %j", async (added, words, way) => {
    await expectRefused({ [path]: text, [`${folder}/${generated}.d/x.conf`]: added }, words, way);
  });

  it('takes a drop-in that adds nothing of the kind, and files that are not for the interface', async () => {
    await expectHeld({
      [path]: text,
      [`${folder}/${generated}.d/x.conf`]: '[Network]\nGateway=10.208.0.1\nLLDP=yes\n',
      [`${folder}/05-eth2.network`]: '[Match]\nName=eth2\n[Network]\nAddress=192.0.2.7/24\n',
      [`${folder}/99-any.network`]: '[Match]\nName=eth*\n[Link]\nUnmanaged=yes\n',
    });
  });

  it('refuses a default route of the public interface that netplan does not know', async () => {
    const both = `${text}    eth0: {addresses: [203.0.113.7/24]}\n`;
    await expectRefused(
      { [path]: both, [`${folder}/10-netplan-eth0.network.d/x.conf`]: '[Network]\nGateway=203.0.113.1\n' },
      `${folder}/10-netplan-eth0.network.d/x.conf adds "default via 203.0.113.1" to netplan's 10-netplan-eth0.network`,
      'take that route out there',
    );
    await expectRefused(
      {
        [path]: both,
        [`${folder}/10-netplan-eth0.network`]: '[Match]\nName=eth0\n[Network]\nGateway=203.0.113.1\n',
      },
      '10-netplan-eth0.network (networkd) brings "default via 203.0.113.1 dev eth0"',
      'take that default route out there',
    );
  });

  describe('with NetworkManager', () => {
    const managed = `network:\n  renderer: NetworkManager\n${text.slice('network:\n'.length)}`;
    const profile = '/etc/NetworkManager/system-connections/eth1.nmconnection';
    const keyfile = (more: string) =>
      `[connection]\ntype=ethernet\ninterface-name=eth1\n${more}[ipv4]\nmethod=disabled\n`;
    const quiet = { '/etc/NetworkManager/conf.d/a.conf': '[main]\nno-auto-default=*\n' };

    it('refuses a profile that comes before the one of netplan, and warns of one beside it', async () => {
      await expectRefused(
        { ...quiet, [path]: managed, [profile]: keyfile('autoconnect-priority=10\n') },
        `${profile} is for eth1 too, and its autoconnect-priority=10 puts it before netplan's profile`,
        'take that profile away, or write autoconnect=false there',
      );
      await expectHeld({ ...quiet, [path]: managed, [profile]: keyfile('') }, 'may use it instead of');
      await expectHeld({ ...quiet, [path]: managed, [profile]: keyfile('autoconnect=false\n') });
      await expectHeld({ ...quiet, [path]: managed, [profile]: keyfile('autoconnect-priority=-1\n') });
    });

    it('counts what an owner has written of interfaces to leave alone, and not what netplan overrules', async () => {
      const list = '[keyfile]\nunmanaged-devices=interface-name:eth1\n';
      await expectRefused(
        { ...quiet, [path]: managed, '/etc/NetworkManager/conf.d/b.conf': list },
        'NetworkManager leaves eth1 alone after a boot',
        'take eth1 out of unmanaged-devices there',
      );
      await expectHeld({ ...quiet, [path]: managed, '/usr/lib/NetworkManager/conf.d/b.conf': list });
    });
  });
});
