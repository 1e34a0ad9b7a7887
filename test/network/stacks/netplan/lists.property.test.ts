import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { defaultsBy, othersBy } from './old.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;

const route = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 9 }).map((n) => `{to: 10.${n}.0.0/16, via: 10.208.0.3}`) },
  fc.constantFrom(
    '{to: default, via: 203.0.113.1}',
    '{to: 0.0.0.0/0, via: 203.0.113.2}',
    '{to: 0.0.0.0/0, via: 10.208.0.1}',
    '{to: default, via: 203.0.113.1, table: 100}',
  ),
);
const routes = fc.array(route, { maxLength: 4 });

/** Up to four files, before and after ours, of which each may give each interface routes. */
const files = fc
  .array(fc.record({ eth0: fc.option(routes), eth1: fc.option(routes), isFlow: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((all) =>
    all.map(({ eth0, eth1, isFlow }, index) => {
      const list = (items: string[] | null) => {
        if (items === null) return '      mtu: 1500\n';
        if (isFlow || items.length === 0) return `      routes: [${items.join(', ')}]\n`;
        return `      routes:\n${items.map((item) => `      - ${item}\n`).join('')}`;
      };
      const path =
        ['/etc/netplan/10.yaml', '/etc/netplan/50.yaml', '/etc/netplan/95.yaml', '/etc/netplan/99.yaml'][
          index
        ] ?? '';
      return { path, text: `network:\n  ethernets:\n    eth0:\n${list(eth0)}    eth1:\n${list(eth1)}` };
    }),
  );

it('any lists of routes: every netplan has the only default route, and no other route is lost (2,000 cases)', () => {
  fc.assert(
    fc.property(files, (before) => {
      const after = made(before, netplan.edit(before, target));
      for (const parser of ['old', 'new'] as const) {
        expect(defaultsBy(parser, after), parser).toEqual(['eth1 0.0.0.0/0 10.208.0.1']);
        expect(othersBy(parser, after), parser).toEqual(expect.arrayContaining(othersBy(parser, before)));
      }
      expect(othersBy('new', after)).toEqual(othersBy('new', before));
      expect(netplan.edit(after, target)).toEqual([]);
      for (const { path, text } of before) {
        expect(undo(after.find((file) => file.path === path)?.text ?? '')).toBe(text);
      }
    }),
    { numRuns: 2000 },
  );
});
