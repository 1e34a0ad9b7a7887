import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { scratch } from '../cli/harness.ts';
import { rcWait } from './program.ts';

const count = 200;

/** Lines for ip(8): eth0 with the default route, eth1 on ServiceNet, and 198 more interfaces with an address each. */
const lines = [
  ...Array.from({ length: count / 2 }, (_, at) => `link add eth${at} type veth peer name peer${at}`),
  ...Array.from({ length: count / 2 }, (_, at) => [
    `address add ${at === 0 ? '192.0.2.10/24' : at === 1 ? '10.208.5.7/19' : `172.16.0.${at}/32`} dev eth${at}`,
    `address add 172.17.0.${at}/32 dev peer${at}`,
    `link set peer${at} up`,
    `link set eth${at} up`,
  ]).flat(),
  'route add default via 192.0.2.1 dev eth0',
];

/** A program in a network of its own with these interfaces. */
const among = [
  'unshare',
  '--net',
  '--mount',
  'sh',
  '-c',
  `set -e
mount -t sysfs sysfs /sys
ip -batch - <<END
${lines.join('\n')}
END
exec "$@"`,
  'sh',
] as const;
const hasNetwork = spawnSync('/usr/bin/unshare', [...among.slice(1), 'true']).status === 0;

describe.runIf(hasNetwork)(`a server with ${count} interfaces`, () => {
  it('is known by its address on ServiceNet', async () => {
    const { exit, out } = await rcWait(['doctor', '--offline', '--output', 'json'], { under: [...among] });
    expect(exit).toBe(69);
    expect(out).toMatch(/by eth1, 10\.208\.5\.7/);
  });

  it('waits, and ends with its deadline', async () => {
    const flags = ['--region', 'dfw', '--network', 'off', '--timeout', '3s', '--state-dir', scratch()];
    const { exit, out } = await rcWait(['wait', ...flags], { under: [...among] });
    expect({ exit, out }).toEqual({ exit: 69, out: expect.stringContaining('no usable answer within 3 s') });
  });
});
