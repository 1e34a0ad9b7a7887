import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { gateway } from './beds.ts';

const wished = [`${gateway} eth1`];
const old = ['203.0.113.1 eth0'];
const interfaces = '/etc/network/interfaces';

/** interfaces(5) with one line for the public interface, and no DHCP. */
const interfacesWith = (line: string) => `auto lo
iface lo inet loopback
auto eth0
iface eth0 inet static
\taddress 203.0.113.10/24
${line === '' ? '' : `\t${line}\n`}auto eth1
iface eth1 inet static
\taddress 10.208.5.7/19
\tpost-up ip route add 10.176.0.0/12 via ${gateway} || true
auto eth2
iface eth2 inet static
\taddress 192.0.2.10/24
\tup ip route add 198.51.100.0/24 via 192.0.2.1 || true
`;

/** The server after a boot with these files. */
async function bootedWith(bed: Bed, files: Readonly<Record<string, string>>): Promise<void> {
  await bed.write(files);
  await bed.sh('chmod 755 /etc/network/if-up.d/* 2>/dev/null || true');
  await bed.reboot();
}

describe.concurrent('what brings the default route', () => {
  it.each([
    'up ip route add default via 203.0.113.1 dev eth0  # ticket: 4711',
    'up ip route add default via 203.0.113.1 # not in table 100, not -6',
    'up ip route add "default" via 203.0.113.1',
  ])(
    'a line that a shell reads so is put out of use, and one default route is left after a reboot: %s',
    async (line) => {
      await using bed = await Bed.boot({ stack: 'ifupdown', suite: 'bookworm' });
      await bootedWith(bed, { [interfaces]: interfacesWith(line) });
      expect(await bed.defaults()).toEqual(old);
      expect(await bed.action()).toBe('changed');
      await bed.reboot();
      expect(await bed.defaults()).toEqual(wished);
      expect(await bed.sh('ip -4 route')).toContain(`10.176.0.0/12 via ${gateway} dev eth1`);
      expect((await bed.exec('systemctl', 'is-active', 'networking')).exitCode).toBe(0);
      expect((await bed.exec('rc-wait', 'network', 'check')).exitCode).toBe(0);
    },
  );

  it('another stack that holds it is named, and nothing is changed', async () => {
    await using bed = await Bed.boot({ stack: 'ifupdown', suite: 'bookworm' });
    const text = interfacesWith('').replace(/auto eth0\niface eth0[\s\S]*?(?=auto eth1)/, '');
    const yaml =
      'network:\n  ethernets:\n    eth0:\n      addresses: [203.0.113.10/24]\n      routes:\n      - {to: 0.0.0.0/0, via: 203.0.113.1}\n';
    await bootedWith(bed, { [interfaces]: text, '/etc/netplan/50-cloud-init.yaml': yaml });
    await bed.untilDefaults(old);
    const files = await bed.files();
    const { exitCode, output } = await bed.apply();
    expect([exitCode, output]).toEqual([
      73,
      expect.stringContaining('/etc/netplan/50-cloud-init.yaml (netplan) brings'),
    ]);
    expect(await bed.files()).toBe(files);
    expect(await bed.defaults()).toEqual(old);
  });

  it('a script that nobody can read is told by the kernel, and one that can be read by its name', async () => {
    await using bed = await Bed.boot({ stack: 'ifupdown', suite: 'bookworm' });
    const hook = '/etc/network/if-up.d/route';
    const way = 'ip route replace default via 203.0.113.1 dev eth0';
    const script = (line: string) => `#!/bin/sh\n[ "$IFACE" != eth0 ] || ${line}\n`;
    await bootedWith(bed, { [interfaces]: interfacesWith(''), [hook]: script(way) });
    expect(await bed.defaults()).toEqual(old);
    const named = await bed.apply();
    expect([named.exitCode, named.output]).toEqual([73, expect.stringContaining(`${hook}, which runs`)]);
    // The same, written so that only running it tells.
    await bed.write({ [hook]: script(`$(echo ${way} | tr a-z a-z)`) });
    const unnamed = await bed.apply();
    expect([unnamed.exitCode, unnamed.output]).toEqual([
      73,
      expect.stringContaining(`brings the kernel's "default via 203.0.113.1 dev eth0`),
    ]);
    // The way out that is named leads there.
    await bed.sh(`rm ${hook}; ip route del default via 203.0.113.1 dev eth0`);
    expect(await bed.action()).toBe('changed');
    await bed.reboot();
    expect(await bed.defaults()).toEqual(wished);
  });
});
