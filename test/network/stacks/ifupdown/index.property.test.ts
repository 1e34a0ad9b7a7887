import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifupdown } from '../../../../src/network/stacks/ifupdown/index.ts';
import type { GatewayTarget } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { interfacesText } from './cases.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const path = '/etc/network/interfaces';

/** The default routes of IPv4 stanzas, read anew with no code of the product's. */
function defaultsIn(text: string): string[] {
  const found: string[] = [];
  let [name, family] = ['', ''];
  for (const line of text
    .replace(/^\s*#.*$/gm, '')
    .replaceAll('\\\n', '')
    .split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    // A stanza that inherits from base is inet as well.
    if (words[0] === 'iface') [name, family] = [words[1] ?? '', words[2] ?? ''];
    if (words[0] === 'gateway' && family !== 'inet6') found.push(`${name} ${words[1]}`);
    if (/route (add|del) default|route del 0\.0\.0\.0\/0/.test(line))
      found.push(`${name} ${words.slice(1).join(' ')}`);
  }
  return found;
}

it('any file: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(interfacesText, (text) => {
      const [change] = ifupdown.edit([{ path, text }], target);
      const after = change?.after ?? text;
      expect(ifupdown.edit([{ path, text: after }], target)).toEqual([]);
      expect(undo(after)).toBe(text);
      const drop = 'eth0 ip -4 route del 0.0.0.0/0 dev $IFACE || true';
      expect(defaultsIn(after).filter((one) => one !== drop)).toEqual(['eth1 10.208.0.1']);
      // Every line of before is there, in its order: as it was, or behind a mark if it is about a default route.
      const marked = after
        .split('\n')
        .flatMap((line) => (line.startsWith('# rc-wait off: ') ? [line.slice(15)] : []));
      for (const line of marked) expect(line).toMatch(/gateway|default|^ {3}dev eth0|dns-|^ {2}198/);
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own line alone (10,000 cases)', () => {
  const other = { ...target, gateway: parseIpv4('10.208.0.2') } as GatewayTarget;
  fc.assert(
    fc.property(interfacesText, (text) => {
      const once = ifupdown.edit([{ path, text }], target)[0]?.after ?? text;
      const ours = once.includes('next line\n') ? once : undefined;
      const twice = ifupdown.edit([{ path, text: once }], other)[0]?.after ?? once;
      expect(ifupdown.edit([{ path, text: twice }], other)).toEqual([]);
      if (ours !== undefined && !/^\s*gateway\t10\.208\.0\.1/m.test(once)) {
        expect(twice.replaceAll('10.208.0.2', '10.208.0.1').split(/\r?\n/).sort()).toEqual(
          once.split(/\r?\n/).sort(),
        );
      }
    }),
    { numRuns: 10_000 },
  );
});

it('any text at all: it is edited, or refused with a clear error (10,000 cases)', () => {
  const piece = fc.constantFrom(
    'iface eth1 inet static\n',
    'iface eth1 inherits x\n',
    'gateway 1.1.1.1\n',
    'gateway\n',
    'auto x\n',
    '\\\n',
    'mapping e*\n',
    'source x\n',
    '#',
    ' ',
    '\r\n',
    '# rc-wait added the next line\n',
    '# rc-wait off: x\n',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((all) => all.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          const after = ifupdown.edit([{ path, text }], target)[0]?.after ?? text;
          expect(ifupdown.edit([{ path, text: after }], target)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
