import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifcfg } from '../../../../src/network/stacks/ifcfg/index.ts';
import type { GatewayTarget, NetworkFile } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { ifcfgFiles } from './cases.ts';
import { variables } from './reading.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;

/** The default routes that a set of files gives, by the rules of ifup-eth and ifup-routes. */
function defaultsIn(files: readonly NetworkFile[]): string[] {
  const found: string[] = [];
  const shared = variables(files.find(({ path }) => path === '/etc/sysconfig/network')?.text ?? '');
  for (const { path, text } of files) {
    const name = path.slice(-4);
    if (path.includes('ifcfg-')) {
      const own = new Map([...shared, ...variables(text)]);
      const device = own.get('GATEWAYDEV');
      const isDefault = own.get('DEFROUTE') !== 'no' && (device === undefined || device === name);
      const gateways = [...own].filter(([key]) => /^GATEWAY\d*$/.test(key)).map(([, value]) => value);
      if (isDefault && own.get('BOOTPROTO') === 'dhcp') found.push(`${name} dhcp`);
      else if (isDefault) found.push(...gateways.map((gateway) => `${name} ${gateway}`));
    }
    if (path.includes('route-')) {
      for (const line of text.split(/\r?\n/)) {
        if (/^(unicast )?(default|0\.0\.0\.0\/0)/.test(line) && !line.includes('table'))
          found.push(`${name} ${/via (\S+)/.exec(line)?.[1] ?? 'dev'}`);
      }
      const own = variables(text);
      for (const [key, value] of own)
        if (/^ADDRESS/.test(key) && value === '0.0.0.0')
          found.push(`${name} ${own.get(key.replace('ADDRESS', 'GATEWAY'))}`);
    }
  }
  return found;
}

it('any files: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(ifcfgFiles, (files) => {
      const after = made(files, ifcfg.edit(files, target));
      expect(defaultsIn(after)).toEqual(['eth1 10.208.0.1']);
      expect(ifcfg.edit(after, target)).toEqual([]);
      for (const { path, text } of files) {
        const edited = after.find((file) => file.path === path)?.text ?? '';
        expect(undo(edited, text)).toBe(text);
        for (const line of edited.split('\n').filter((one) => one.startsWith('# rc-wait off: ')))
          expect(line).toMatch(/GATEWAY|DEFROUTE|default|0\.0\.0\.0|113\.1|DNS|DOMAIN|2\.55/);
      }
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own lines alone (10,000 cases)', () => {
  const other = { ...target, gateway: parseIpv4('10.208.0.7') } as GatewayTarget;
  fc.assert(
    fc.property(ifcfgFiles, (files) => {
      const once = made(files, ifcfg.edit(files, target));
      const twice = made(once, ifcfg.edit(once, other));
      expect(defaultsIn(twice)).toEqual(['eth1 10.208.0.7']);
      expect(ifcfg.edit(twice, other)).toEqual([]);
      for (const { path, text } of files)
        expect(undo(twice.find((file) => file.path === path)?.text ?? '', text)).toBe(text);
    }),
    { numRuns: 10_000 },
  );
});

it('any text at all: it is edited, or refused with a clear error (10,000 cases)', () => {
  const piece = fc.constantFrom(
    'DEVICE=eth1\n',
    'GATEWAY=1.1.1.1\n',
    'GATEWAY=',
    'DEFROUTE=no ',
    'BOOTPROTO=dhcp\n',
    'ADDRESS0=0.0.0.0\n',
    'default via 1.1.1.1\n',
    "'",
    '"',
    '\\\n',
    '#',
    ';',
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
    fc.property(any, any, (text, routes) => {
      const files = [
        { path: '/etc/sysconfig/network-scripts/ifcfg-eth1', text },
        { path: '/etc/sysconfig/network-scripts/route-eth1', text: routes },
      ];
      try {
        expect(ifcfg.edit(made(files, ifcfg.edit(files, target)), target)).toEqual([]);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
      }
    }),
    { numRuns: 10_000 },
  );
});
