import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseIpv4 } from '../../../../../src/base/ipv4.ts';
import { netplan } from '../../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../../src/network/types.ts';
import { undo } from '../../../change/undo.ts';
import { made } from '../../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const path = '/etc/netplan/50-cloud-init.yaml';

/** The text with these interfaces after the edit, which is undone, and made a second time, on the way. */
function edited(ethernets: string): string {
  const text = `network:\n  ethernets:\n${ethernets}`;
  const before: NetworkFile[] = [{ path, text }];
  const after = made(before, netplan.edit(before, target));
  const now = after.find((file) => file.path === path)?.text ?? '';
  expect(undo(now)).toBe(text);
  expect(netplan.edit(after, target)).toEqual([]);
  return now;
}

/** What a reader that knows aliases makes of it. */
function meaning(text: string): Record<string, Record<string, unknown>> {
  return parse(text, { uniqueKeys: false }).network.ethernets;
}

describe('an anchor that goes with a default route', () => {
  it.each([
    [
      'the gateway of another route',
      '    eth0: {gateway4: &gw 203.0.113.1, routes: [{to: 10.0.0.0/8, via: *gw}]}\n    eth1: {addresses: [10.208.5.7/19]}\n',
      {
        eth0: { routes: [{ to: '10.0.0.0/8', via: '203.0.113.1' }] },
        eth1: { addresses: ['10.208.5.7/19'] },
      },
    ],
    [
      'twice',
      `    eth0:
      gateway4: &gw 203.0.113.1
      routes:
      - to: 10.0.0.0/8
        via: *gw
      - {to: 172.16.0.0/12, via: *gw}
    eth1: {addresses: [10.208.5.7/19]}
`,
      {
        eth0: {
          routes: [
            { to: '10.0.0.0/8', via: '203.0.113.1' },
            { to: '172.16.0.0/12', via: '203.0.113.1' },
          ],
        },
        eth1: { addresses: ['10.208.5.7/19'] },
      },
    ],
    [
      'a route of another table',
      `    eth0:
      routes:
      - &way {to: default, via: 203.0.113.1}
      - {to: 10.0.0.0/8, via: 203.0.113.2}
    eth1: {addresses: [10.208.5.7/19], x-kept: *way}
`,
      {
        eth0: { routes: [{ to: '10.0.0.0/8', via: '203.0.113.2' }] },
        eth1: { addresses: ['10.208.5.7/19'], 'x-kept': { to: 'default', via: '203.0.113.1' } },
      },
    ],
    [
      'in a list between brackets',
      '    eth0: {routes: [&way {to: default, via: &gw 203.0.113.1}, {to: 10.0.0.0/8, via: *gw}]}\n    eth1: {addresses: [10.208.5.7/19]}\n',
      {
        eth0: { routes: [{ to: '10.0.0.0/8', via: '203.0.113.1' }] },
        eth1: { addresses: ['10.208.5.7/19'] },
      },
    ],
  ])('is written where it is needed: %s', (_, ethernets, expected) => {
    expect(meaning(edited(ethernets))).toEqual(expected);
  });
});

describe('a list that several interfaces share', () => {
  it('loses its default route for all of them', () => {
    const text = edited(
      '    eth0:\n      routes: &r\n      - {to: default, via: 203.0.113.1}\n      - {to: 10.0.0.0/8, via: 203.0.113.2}\n    eth1: {addresses: [10.208.5.7/19]}\n    eth2: {routes: *r}\n',
    );
    const rest = [{ to: '10.0.0.0/8', via: '203.0.113.2' }];
    expect(meaning(text)).toMatchObject({ eth0: { routes: rest }, eth2: { routes: rest } });
  });

  it('of resolvers goes where all that share it are public', () => {
    const text = edited(
      '    eth0: {gateway4: 203.0.113.1, nameservers: &ns {addresses: [192.0.2.53]}}\n    eth1: {addresses: [10.208.5.7/19]}\n    eth2: {gateway4: 198.51.100.1, nameservers: *ns}\n',
    );
    expect(text).toContain('    eth0: {}\n');
    expect(text).toContain('    eth2: {}\n');
  });

  it('of resolvers stays where one that shares it is private', () => {
    const text = edited(
      '    eth0: {gateway4: 203.0.113.1, nameservers: &ns {addresses: [192.0.2.53]}}\n    eth1: {addresses: [10.208.5.7/19]}\n    eth2: {addresses: [192.168.3.7/24], nameservers: *ns}\n',
    );
    expect(text).toContain('    eth0: {nameservers: &ns {addresses: [192.0.2.53]}}\n');
  });
});

describe('what comes twice in a mapping counts twice, as netplan has it', () => {
  it.each([
    [
      'an interface',
      '    eth0: {gateway4: 203.0.113.1}\n    eth1: {addresses: [10.208.5.7/19]}\n    eth1: {mtu: 1500}\n',
    ],
    [
      'an interface, with a default route in the second',
      '    eth0: {mtu: 1500}\n    eth0:\n      gateway4: 203.0.113.1\n    eth1: {addresses: [10.208.5.7/19]}\n',
    ],
    [
      'the routes',
      '    eth0:\n      routes: [{to: 10.0.0.0/8, via: 203.0.113.9}]\n      routes: [{to: 0.0.0.0/0, via: 203.0.113.1}]\n    eth1: {addresses: [10.208.5.7/19]}\n',
    ],
    [
      'a key of a route',
      '    eth0:\n      routes:\n      - {to: 10.0.0.0/8, to: 0.0.0.0/0, via: 203.0.113.9, via: 203.0.113.1}\n    eth1: {addresses: [10.208.5.7/19]}\n',
    ],
    [
      'the section',
      '    eth0: {gateway4: 203.0.113.1}\n  ethernets:\n    eth1: {addresses: [10.208.5.7/19]}\n',
    ],
    [
      'all of it',
      '    eth0: {gateway4: 203.0.113.1}\nnetwork:\n  ethernets:\n    eth1: {addresses: [10.208.5.7/19]}\n',
    ],
  ])('%s', (_, ethernets) => {
    const text = edited(ethernets);
    expect(text.replaceAll(/^# rc-wait .*\n/gm, '')).not.toContain('203.0.113.1,');
    expect(text.replaceAll(/^# rc-wait .*\n/gm, '')).not.toMatch(/203\.0\.113\.1\b/);
    expect(text).toContain('10.208.5.7/19');
  });

  it('a match by name and one by MAC address are one match by both', () => {
    const twice =
      '    a: {match: {name: eth1}, match: {macaddress: "bc:76:4e:20:6c:5b"}, addresses: [10.208.5.7/19]}\n';
    const files = [{ path, text: `network:\n  ethernets:\n${twice}` }];
    const mac = (macAddress: string) => netplan.configures(files, { interfaceName: 'eth1', macAddress });
    expect(mac('bc:76:4e:20:6c:5b')).toBe(true);
    expect(mac('bc:76:4e:20:6c:5c')).toBe(false);
  });

  it('of several documents the first counts, and the others are left alone', () => {
    const second = '---\nnetwork:\n  ethernets:\n    eth0: {gateway4: 203.0.113.2}\n';
    const text = edited(
      `    eth0: {gateway4: 203.0.113.1}\n    eth1: {addresses: [10.208.5.7/19]}\n${second}`,
    );
    expect(text.endsWith(second)).toBe(true);
    expect(text).toContain('# rc-wait was:     eth0: {gateway4: 203.0.113.1}\n    eth0: {}\n');
  });
});

it('a file whose aliases have no end is refused, and not for ever', () => {
  const bomb = Array.from(
    { length: 30 },
    (_, index) => `      l${index + 1}: &l${index + 1} [*l${index}, *l${index}]\n`,
  ).join('');
  const text = `network:\n  ethernets:\n    eth1: {addresses: [10.208.5.7/19]}\n    eth0:\n      gateway4: 203.0.113.1\n      l0: &l0 [x]\n${bomb}`;
  expect(() => netplan.edit([{ path, text }], target)).toThrowError(/^cannot edit \/etc\/netplan/);
});
