import { describe, expect, it } from 'vitest';
import { applyNetwork } from '../../../../src/network/change/apply.ts';
import { checkNetwork, isHeld } from '../../../../src/network/plan/check.ts';
import { planNetwork } from '../../../../src/network/plan/plan.ts';
import { scratch } from '../../scratch.ts';
import { expectHeld, expectRefused, request } from './expected.ts';

describe('networkd', () => {
  const path = '/etc/systemd/network/10-eth1.network';
  const text = '[Match]\nName=eth1\n[Network]\nAddress=10.208.5.7/19\n';
  const dropIn = `${path}.d/50-x.conf`;

  it.each(['manual', 'down', 'always-down'])(
    'refuses an interface that does not come up at boot: ActivationPolicy=%s',
    async (policy) => {
      await expectRefused(
        { [path]: `${text}[Link]\nActivationPolicy=${policy}\n` },
        `nothing brings eth1 up at boot: ${path}, line 6, says ActivationPolicy=${policy}`,
        'take ActivationPolicy= out there',
      );
      await expectRefused(
        { [path]: text, [dropIn]: `[Link]\nActivationPolicy=${policy}\n` },
        `${dropIn}, line 2, says ActivationPolicy=${policy}`,
        'take ActivationPolicy= out there',
      );
    },
  );

  it.each(['ActivationPolicy=up', 'ActivationPolicy=always-up', 'ActivationPolicy=', 'Unmanaged=no'])(
    'takes one that comes up: %s',
    async (line) => {
      await expectHeld({ [path]: `${text}[Link]\n${line}\n` });
      await expectHeld({
        [path]: `${text}[Link]\nActivationPolicy=manual\n`,
        [dropIn]: '[Link]\nActivationPolicy=up\n',
      });
    },
  );

  it('takes one that follows another interface, whatever its policy', async () => {
    await expectHeld({ [path]: `${text}BindCarrier=eth0\n[Link]\nActivationPolicy=down\n` });
  });

  it('names the file that keeps networkd off the interface', async () => {
    const root = scratch({ [path]: `${text}[Link]\nUnmanaged=yes\n` });
    await expect(planNetwork(request(root, 'networkd'))).rejects.toMatchObject({
      code: 'STACK_UNKNOWN',
      message: `cannot use networkd: none of its files configures eth1; nothing brings eth1 up at boot: ${path}, line 6, says Unmanaged=yes`,
    });
  });

  describe('an empty Gateway=, with which systemd 257 clears the routes before it', () => {
    const eth0 = '[Match]\nName=eth0\n[Network]\nAddress=203.0.113.7/24\n';

    it('a gateway that it clears is not held, and is written anew', async () => {
      const cleared = `${text}Gateway=10.208.0.1\nGateway=\n`;
      expect(isHeld(await checkNetwork(request(scratch({ [path]: cleared }))))).toBe(false);
      await expectHeld({ [path]: cleared });
      await expectHeld({ [path]: `${text}[Route]\nGateway=10.208.0.1\n`, [dropIn]: '[Network]\nGateway=\n' });
    });

    it("one behind rc-wait's drop-in is put out of use", async () => {
      const late = `${path}.d/95-late.conf`;
      const root = scratch({ [path]: text, [late]: '[Network]\nGateway=\n' });
      const plan = await planNetwork(request(root));
      expect(plan.changes.find((one) => one.path === late)?.after).toBe(
        '[Network]\n# rc-wait off: Gateway=\n',
      );
      await applyNetwork(plan, { root });
      expect(isHeld(await checkNetwork(request(root)))).toBe(true);
    });

    it('a default route of another stack that it clears is in the way on an older systemd only', async () => {
      const tree = {
        '/etc/network/interfaces': 'auto eth1\niface eth1 inet static\n  address 10.208.5.7/19\n',
        '/etc/systemd/network/10-eth0.network': `${eth0}Gateway=203.0.113.1\nGateway=\n`,
      };
      const library = (release: string) => ({
        [`/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-${release}.so`]: '',
      });
      const words = '(networkd) brings "default via 203.0.113.1 dev eth0"';
      await expectRefused(tree, words, 'take that default route out there');
      await expectRefused({ ...tree, ...library('252') }, words, 'take that default route out there');
      await expectHeld({ ...tree, ...library('257') });
    });
  });

  it.each([
    ['/lib/systemd/libsystemd-shared-247.so', 247],
    ['/usr/lib/systemd/libsystemd-shared-239.so', 239],
    ['/usr/lib/systemd/libsystemd-shared-252-32.el9_4.so', undefined],
    ['/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-248.so', undefined],
    ['/etc/motd', undefined],
  ])(
    'refuses to disable an interface by a setting that an old networkd ignores: %s',
    async (library, refused) => {
      const public0 = '[Match]\nName=eth0\n[Network]\nAddress=203.0.113.7/24\nGateway=203.0.113.1\n';
      const netplan = `network:
  ethernets:
    eth0: {addresses: [203.0.113.7/24], gateway4: 203.0.113.1}
    eth1: {addresses: [10.208.5.7/19]}
`;
      for (const tree of [
        { [path]: text, '/etc/systemd/network/10-eth0.network': public0 },
        { '/etc/netplan/a.yaml': netplan },
      ]) {
        const root = scratch({ ...tree, [library]: '' });
        const planned = planNetwork({ ...request(root), publicInterface: 'disable' });
        if (refused === undefined) expect((await planned).disabled).toEqual(['eth0']);
        else
          await expect(planned).rejects.toThrow(
            `cannot disable eth0: systemd-networkd ${refused} does not know`,
          );
      }
    },
  );
});
