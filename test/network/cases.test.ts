import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ipv4Address, parseIpv4 } from '../../src/base/ipv4.ts';
import { applyNetwork } from '../../src/network/change/apply.ts';
import { undoLast } from '../../src/network/change/rollback.ts';
import { checkNetwork, isHeld } from '../../src/network/plan/check.ts';
import { planNetwork } from '../../src/network/plan/plan.ts';
import { scratch } from './scratch.ts';

/*
 * Disks on which an earlier rc-wait ended with 73, or wrote what was not read. Each is a folder of cases/, and
 * its gateway is the same.
 */

const gateway = parseIpv4('10.208.233.7') as Ipv4Address;

/** The files below a folder, as latin1 text so that each byte counts; the journal left out. */
function contents(root: string): Record<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    entries
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !path.includes('/var/lib/rc-wait/'))
      .map((path) => [path.slice(root.length), readFileSync(path, 'latin1')]),
  );
}

/** The lines that an edit has put out of use, and those that it has added, in all files of a disk. */
interface Difference {
  readonly stack: string;
  readonly interfaceName: string;
  readonly off: readonly string[];
  readonly added: readonly string[];
}

const cases: readonly (readonly [string, Difference])[] = [
  [
    'rhel-root',
    {
      stack: 'ifcfg',
      interfaceName: 'eth1',
      off: ['GATEWAY=203.0.113.1', 'DNS1=69.20.0.164', 'DNS2=69.20.0.196'],
      added: ['DEFROUTE=yes', 'GATEWAY=10.208.233.7', 'DNS1=69.20.0.164', 'DNS2=69.20.0.196'],
    },
  ],
  [
    'ifcfg-no-final-newline',
    {
      stack: 'ifcfg',
      interfaceName: 'eth1',
      off: ['GATEWAY=203.0.113.1', 'DNS1=69.20.0.164', 'DNS2=69.20.0.196'],
      added: ['DEFROUTE=yes', 'GATEWAY=10.208.233.7', 'DNS1=69.20.0.164', 'DNS2=69.20.0.196'],
    },
  ],
  [
    'ifupdown-latin1-comment',
    {
      stack: 'ifupdown',
      interfaceName: 'eth1',
      off: ['gateway 203.0.113.1', 'dns-nameservers 69.20.0.164 69.20.0.196'],
      added: ['gateway 10.208.233.7', 'dns-nameservers 69.20.0.164 69.20.0.196'],
    },
  ],
  [
    'ifupdown-alias-addresses',
    {
      stack: 'ifupdown',
      interfaceName: 'eth1',
      off: ['gateway 203.0.113.1', 'dns-nameservers 69.20.0.164 69.20.0.196'],
      added: ['gateway 10.208.233.7', 'dns-nameservers 69.20.0.164 69.20.0.196'],
    },
  ],
  [
    'networkmanager-binary-neighbour',
    {
      stack: 'networkmanager',
      interfaceName: 'eth1',
      off: ['dns=69.20.0.164;69.20.0.196;'],
      added: ['never-default=true', 'gateway=10.208.233.7', 'dns=69.20.0.164;69.20.0.196;'],
    },
  ],
  [
    'networkmanager-vlan-without-name',
    {
      stack: 'networkmanager',
      interfaceName: 'bond0.401',
      off: [],
      added: ['never-default=true', 'gateway=10.208.233.7'],
    },
  ],
  [
    'netplan-yaml-aliases',
    { stack: 'netplan', interfaceName: 'eth1', off: ['-   to: 0.0.0.0/0', 'via: 203.0.113.1'], added: [] },
  ],
  [
    'netplan-duplicate-key',
    { stack: 'netplan', interfaceName: 'eth1', off: ['gateway4: 203.0.113.1'], added: [] },
  ],
];

it('netplan-one-route: the gateway is written as old netplan takes it where there is one route before it', async () => {
  const root = scratch();
  cpSync(join(import.meta.dirname, 'cases', 'netplan-one-route'), root, { recursive: true });
  const before = contents(root);
  await applyNetwork(await planNetwork({ gateway, stack: 'auto', root }), { root });
  expect(contents(root)['/etc/netplan/90-rc-wait.yaml']).toMatch(
    /\n {4}eth1:\n {6}gateway4: 10\.208\.233\.7\n/,
  );
  expect(isHeld(await checkNetwork({ gateway, stack: 'auto', root }))).toBe(true);
  await undoLast({ root, force: false });
  expect(contents(root)).toEqual(before);
});

describe('a disk with these files', () => {
  it.each(cases)('%s: the gateway is set, held, and rolled back byte for byte', async (name, expected) => {
    const root = scratch();
    cpSync(join(import.meta.dirname, 'cases', name), root, { recursive: true });
    const before = contents(root);
    const request = { gateway, stack: 'auto', root } as const;
    const plan = await planNetwork(request);
    await applyNetwork(plan, { root });
    const texts = plan.changes.map(({ path }) => readFileSync(join(root, path), 'latin1'));
    const lines = (pattern: RegExp) =>
      texts.flatMap((text) => [...text.matchAll(pattern)].map(([, line]) => line?.trim()));
    expect({
      stack: plan.stack,
      interfaceName: plan.target.interfaceName,
      off: lines(/^# rc-wait (?:off|was): (.*)$/gm),
      added: lines(/^[ \t]*# rc-wait added the next line\n(.*)$/gm),
    }).toEqual(expected);
    if (plan.stack === 'netplan') {
      expect(contents(root)['/etc/netplan/90-rc-wait.yaml']).toContain(
        '    eth1:\n      routes:\n        - to: 0.0.0.0/0\n          via: 10.208.233.7\n',
      );
    }
    if (plan.stack === 'ifcfg') for (const text of texts) expect(text).toMatch(/\n$/);
    expect(isHeld(await checkNetwork(request))).toBe(true);
    expect((await planNetwork(request)).changes).toEqual([]);
    await undoLast({ root, force: false });
    expect(contents(root)).toEqual(before);
  });
});
