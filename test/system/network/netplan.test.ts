import { describe, expect, it } from 'vitest';
import { Bed } from './bed.ts';
import { gateway, isWholeMatrix, type Place } from './beds.ts';

/** 0.101, which leaves lists of routes out, and has every shape; of 0.106 and 1.1 each has every second one. */
const places: readonly (Place & { readonly has: (shape: number) => boolean })[] = [
  { stack: 'netplan-0.101', suite: 'bullseye', has: () => true },
  { stack: 'netplan', suite: 'bookworm', has: (shape) => isWholeMatrix || shape % 2 === 0 },
  { stack: 'netplan', suite: 'trixie', has: (shape) => isWholeMatrix || shape % 2 === 1 },
];

const eth0 = `    eth0:
      addresses: [203.0.113.10/24]
      gateway4: 203.0.113.1
      nameservers: {addresses: [69.20.0.164]}
`;

const home = 'addresses: [10.208.5.7/19]';
const first = `{to: 10.176.0.0/12, via: ${gateway}}`;
const second = `{to: 10.208.0.0/12, via: ${gateway}}`;
const third = `{to: 192.168.64.0/18, via: 10.208.0.9}`;

function blocks(...routes: string[]): string {
  return `      routes:\n${routes.map((route) => `      - ${route}\n`).join('')}`;
}

/** A file as its generator writes it, and the interface that has ServiceNet's address in it. */
interface Shape {
  readonly files: Readonly<Record<string, string>>;
  readonly on?: string;
  /** the networks to which there is a route besides */
  readonly routes: readonly string[];
}

const one = (text: string): Record<string, string> => ({
  '/etc/netplan/50-cloud-init.yaml': `network:\n  version: 2\n${text}`,
});

const shapes: Readonly<Record<string, Shape>> = {
  'one route, as cloud-init writes it': {
    files: one(`  ethernets:\n${eth0}    eth1:\n      ${home}\n${blocks(first)}`),
    routes: ['10.176.0.0/12'],
  },
  'two routes': {
    files: one(`  ethernets:\n${eth0}    eth1:\n      ${home}\n${blocks(first, second)}`),
    routes: ['10.176.0.0/12', '10.208.0.0/12'],
  },
  'three routes in flow style, numbers in quotes': {
    files: one(
      `  ethernets:\n${eth0}    eth1: {${home}, mtu: "1500", routes: [${first}, ${second.replace('}', ', metric: "50"}')}, ${third}]}\n`,
    ),
    routes: ['10.176.0.0/12', '10.208.0.0/12', '192.168.64.0/18'],
  },
  'a route in each of two files, a default route beside the first': {
    files: {
      ...one(
        `  ethernets:\n${eth0.replace(/ +gateway4.*\n/, blocks('{to: 0.0.0.0/0, via: 203.0.113.1}', '{to: 192.168.128.0/18, via: 203.0.113.9}'))}    eth1:\n      ${home}\n${blocks('{to: 0.0.0.0/0, via: 10.208.0.9, metric: 500}', first)}`,
      ),
      '/etc/netplan/60-more.yaml': `network:\n  ethernets:\n    eth0: {routes: [{to: 192.168.192.0/18, via: 203.0.113.9}]}\n    eth1:\n${blocks(second)}`,
    },
    routes: ['10.176.0.0/12', '10.208.0.0/12', '192.168.128.0/18', '192.168.192.0/18'],
  },
  'a bridge that stands before its port, with one route': {
    files: one(
      `  bridges:\n    br1:\n      interfaces: [eth1]\n      parameters: {stp: false, forward-delay: 0}\n      ${home}\n${blocks(first)}  ethernets:\n    eth1: {}\n${eth0}`,
    ),
    on: 'br1',
    routes: ['10.176.0.0/12'],
  },
};

describe.concurrent.each(places)('$stack on $suite', (place) => {
  async function expectWished(bed: Bed, { on = 'eth1', routes }: Shape): Promise<void> {
    await bed.untilDefaults([`${gateway} ${on}`]);
    for (const route of routes) {
      await bed.until(`there is a route to ${route}`, async () =>
        (await bed.sh('ip -4 route')).includes(`${route} via `),
      );
    }
    const { exitCode, output } = await bed.exec('rc-wait', 'network', 'check');
    expect(exitCode, output).toBe(0);
  }

  it.each(Object.entries(shapes).filter((_, index) => place.has(index)))(
    'one default route, and the others stay, after a reboot too: %s',
    async (_, shape) => {
      const up = ['eth0', shape.on ?? 'eth1'];
      await using bed = await Bed.boot(place, { files: shape.files, up });
      const files = await bed.files();
      expect(await bed.action()).toBe('changed');
      await expectWished(bed, shape);
      await bed.reboot({ up });
      await expectWished(bed, shape);
      expect(await bed.action()).toBe('unchanged');
      await bed.sh('rc-wait network rollback');
      expect(await bed.files()).toBe(files);
    },
  );

  it('where netplan makes something else of the new files nothing is changed, and it is said what', async () => {
    await using bed = await Bed.boot(place);
    // A release that does not read our file.
    await bed.sh(
      `mv /usr/local/sbin/netplan /srv/tap; printf '#!/bin/sh\\n[ "$2" != --root-dir ] || rm -f "$3/etc/netplan/90-rc-wait.yaml"\\nexec /usr/sbin/netplan "$@"\\n' >/usr/local/sbin/netplan; chmod +x /usr/local/sbin/netplan`,
    );
    const [before, routes] = [await bed.inodes(), await bed.sh('ip -4 route')];
    for (const root of [[], ['--root', '/srv/disk']]) {
      await bed.sh('rm -rf /srv/disk; mkdir -p /srv/disk/etc; cp -a /etc/netplan /srv/disk/etc');
      const { exitCode, output } = await bed.apply('--gateway', gateway, ...root);
      expect(output).toMatch(/: netplan (of this machine )?makes no IPv4 default route of the new files/);
      expect(exitCode).toBe(73);
      await bed.sh('diff -r /etc/netplan /srv/disk/etc/netplan');
    }
    expect(await bed.inodes()).toBe(before);
    expect(await bed.sh('ip -4 route')).toBe(routes);
    expect(await bed.sh('ls -d /run/rc-wait-parse-* /tmp/rc-wait-parse-* 2>/dev/null || true')).toBe('');
  });
});
