import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { wicked } from '../../../../src/network/stacks/wicked/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const folder = '/etc/sysconfig/network';

const setting = fc.constantFrom(
  'BOOTPROTO=static',
  "BOOTPROTO='dhcp'",
  'BOOTPROTO="dhcp4"',
  'DHCLIENT_SET_DEFAULT_ROUTE=yes',
  "DHCLIENT_SET_DEFAULT_ROUTE='no' # x",
  'IPADDR=10.208.5.7/19',
  "STARTMODE='auto'",
  'STARTMODE=hotplug # off',
  'STARTMODE=manual',
  'STARTMODE="off"',
  "X='two\nlines'",
  'A=1 B=2',
  '# DHCLIENT_SET_DEFAULT_ROUTE=yes',
  '',
  ' \t ',
);
const route = fc.constantFrom(
  'default 203.0.113.1 - -',
  'default 10.208.0.1',
  'default 10.208.0.1 - eth1 metric 5',
  '\t0.0.0.0/0 203.0.113.1 - eth0',
  '0.0.0.0 203.0.113.1 0.0.0.0 eth0',
  'default fe80::def - -',
  'default 203.0.113.1 - eth0 table 100',
  'default - - - blackhole',
  'default 203.0.113.1 - - # local router',
  '0.0.0.0 203.0.113.1 0 -# a network',
  '10.208.0.0 10.208.0.1 255.240.0.0 eth1',
  '# default 203.0.113.1 - -',
  '',
  ' \t ',
);

function text(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(line, { maxLength: 5 }), fc.nat({ max: 3 }), fc.boolean())
    .map(([all, crlf, last]) => {
      const whole = all.join('\n') + (last && all.length > 0 ? '\n' : '');
      return crlf === 0 ? whole.replaceAll('\n', '\r\n') : whole;
    });
}

const files: fc.Arbitrary<NetworkFile[]> = fc
  .record(
    {
      'ifcfg-eth1': text(setting),
      'ifcfg-eth0': text(setting.map((line) => line.replace('10.208.5.7/19', '203.0.113.7/24'))),
      'ifcfg-eth2': text(setting.filter((line) => !/^(BOOTPROTO|IPADDR)/.test(line))),
      'ifroute-eth1': text(route),
      'ifroute-eth0': text(route),
      routes: text(route),
      dhcp: text(setting.filter((line) => !line.startsWith('BOOT'))),
    },
    { requiredKeys: ['ifcfg-eth1'] },
  )
  .map((all) => Object.entries(all).map(([name, one]) => ({ path: `${folder}/${name}`, text: one })));

/** The default routes that a set of files gives, read anew with no code of the product's. */
function defaultsIn(all: readonly NetworkFile[]): string[] {
  const found: string[] = [];
  const of = (name: string) => all.find(({ path }) => path === `${folder}/${name}`)?.text ?? '';
  const word = (one: string, key: string) =>
    [...one.matchAll(new RegExp(`^${key}=["']?([a-z0-9]*)`, 'gm'))].at(-1)?.[1];
  for (const name of ['eth0', 'eth1']) {
    const own = of(`ifcfg-${name}`);
    const key = 'DHCLIENT_SET_DEFAULT_ROUTE';
    if (word(own, 'BOOTPROTO')?.startsWith('dhcp') && (word(own, key) ?? word(of('dhcp'), key)) !== 'no')
      found.push(`${name} dhcp`);
  }
  for (const file of ['routes', 'ifroute-eth0', 'ifroute-eth1']) {
    for (const line of of(file).split(/\r?\n/)) {
      const [to = '', via = '', , device = '-'] = line.replace(/#.*/, '').trim().split(/\s+/);
      if (!/^(default|0\.0\.0\.0)/.test(to) || via.includes(':') || /table 100|blackhole/.test(line))
        continue;
      // In a file for one interface wicked passes over the name of another.
      found.push(`${device === '-' || file !== 'routes' ? file.slice(-4) : device} ${via}`);
    }
  }
  return found;
}

it('any files: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(files, (before) => {
      const after = made(before, wicked.edit(before, target));
      expect(defaultsIn(after)).toEqual(['eth1 10.208.0.1']);
      expect(wicked.edit(after, target)).toEqual([]);
      for (const { path, text: old } of before) {
        const edited = after.find((file) => file.path === path)?.text ?? '';
        expect(undo(edited)).toBe(old);
        for (const line of edited.split('\n').filter((one) => one.startsWith('# rc-wait off: ')))
          expect(line).toMatch(/DHCLIENT|default|0\.0\.0\.0|STARTMODE/);
      }
    }),
    { numRuns: 10_000 },
  );
});

/** Whether eth0 has a default route, and whether it is brought up at boot. */
function eth0In(all: readonly NetworkFile[]): { isPublic: boolean; isUp: boolean } {
  const text0 = all.find(({ path }) => path === `${folder}/ifcfg-eth0`)?.text;
  const mode = [...(text0 ?? '').matchAll(/^STARTMODE=["']?([a-z]*)/gm)].at(-1)?.[1];
  // Where `routes` names no interface, wicked takes the one that reaches the gateway.
  const isReached = /^IPADDR=203/m.test(text0 ?? '');
  const isPublic =
    text0 !== undefined &&
    defaultsIn(all).some((route) => route.startsWith('eth0') || (isReached && route === 'utes 203.0.113.1'));
  return { isPublic, isUp: text0 !== undefined && mode !== 'off' && mode !== 'manual' };
}

it('any files: a public interface comes up at boot as wished, all others as before, whatever was wished before (10,000 cases)', () => {
  const keep: GatewayTarget = { ...target, publicInterface: 'keep' };
  const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
  const edit = (all: readonly NetworkFile[], one: GatewayTarget) => made(all, wicked.edit(all, one));
  fc.assert(
    fc.property(files, fc.constantFrom(keep, target), (before, one) => {
      const { isPublic, isUp } = eth0In(before);
      const [kept, disabled] = [edit(before, one), edit(before, disable)];
      expect(eth0In(kept).isUp).toBe(isUp);
      expect(eth0In(disabled).isUp).toBe(isUp && !isPublic);
      for (const all of [before, kept, disabled])
        expect(wicked.publicInterfaces?.(all, target)).toEqual(isPublic ? ['eth0'] : []);
      const third = (all: readonly NetworkFile[]) => all.find(({ path }) => path.endsWith('ifcfg-eth2'));
      expect(third(disabled)).toEqual(third(before));
      expect(edit(disabled, disable)).toEqual(disabled);
      expect(edit(disabled, one)).toEqual(kept);
      expect(edit(kept, disable)).toEqual(disabled);
      for (const { path, text: old } of before)
        expect(undo(disabled.find((file) => file.path === path)?.text ?? '')).toBe(old);
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own lines alone (10,000 cases)', () => {
  const other = { ...target, gateway: parseIpv4('10.208.0.7') } as GatewayTarget;
  fc.assert(
    fc.property(files, (before) => {
      const once = made(before, wicked.edit(before, target));
      const twice = made(once, wicked.edit(once, other));
      expect(defaultsIn(twice)).toEqual(['eth1 10.208.0.7']);
      expect(wicked.edit(twice, other)).toEqual([]);
      for (const { path, text: old } of before)
        expect(undo(twice.find((file) => file.path === path)?.text ?? '')).toBe(old);
    }),
    { numRuns: 10_000 },
  );
});

it('any text at all: it is edited, or refused with a clear error (10,000 cases)', () => {
  const piece = fc.constantFrom(
    'BOOTPROTO=dhcp\n',
    'DHCLIENT_SET_DEFAULT_ROUTE=yes',
    'default 1.1.1.1 - -\n',
    "'",
    '"',
    '\\\n',
    '#',
    ' ',
    '\r\n',
    '# rc-wait added the next line\n',
    '# rc-wait off: x\n',
  );
  const any = fc.oneof(
    fc.array(piece).map((all) => all.join('')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(any, any, (one, routes) => {
      const before = [
        { path: `${folder}/ifcfg-eth1`, text: one },
        { path: `${folder}/ifroute-eth1`, text: routes },
      ];
      try {
        expect(wicked.edit(made(before, wicked.edit(before, target)), target)).toEqual([]);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
      }
    }),
    { numRuns: 10_000 },
  );
});
