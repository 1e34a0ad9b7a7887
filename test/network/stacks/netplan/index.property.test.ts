import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { ethernets, style } from './cases.ts';
import { defaultsIn, readingOf } from './reading.ts';
import { writeYaml } from './yaml-writer.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const main = '/etc/netplan/50-cloud-init.yaml';
const late = '/etc/netplan/95-more.yaml';

// Mostly one file: each costs several milliseconds of parsing.
const secondFile = fc.oneof(
  { weight: 9, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: ethernets() },
);

it('any files: one default route is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(ethernets(), secondFile, style, (first, second, stream) => {
      const next = () => stream.next().value;
      const files = [first, second].flatMap((tree, index) =>
        tree === null
          ? []
          : [{ path: index === 0 ? main : late, text: writeYaml({ network: { ethernets: tree } }, next) }],
      );
      const changes = netplan.edit(files, target);
      const after = made(files, changes);
      expect(defaultsIn(readingOf(after))).toEqual(['eth1 10.208.0.1']);
      expect(netplan.edit(after, target)).toEqual([]);
      for (const { path, text } of files) {
        const edited = after.find((file) => file.path === path)?.text ?? '';
        expect(undo(edited)).toBe(text);
        // What is not behind a mark, and did not take a marked line's place, is an old line in its old order.
        const kept = edited
          .split('\n')
          .filter((line, at, all) => !/^# rc-wait/.test(line) && !/^# rc-wait was/.test(all[at - 1] ?? ''));
        expect(isSubsequence(kept, text.split('\n'))).toBe(true);
        const old = new Set(kept);
        const lost = text.split('\n').filter((line) => !old.has(line) && !/[[{]/.test(line));
        const aboutDefaults = /gateway4|default|0\/0|via|^\s*-?\s*$/;
        const aboutResolvers =
          /nameservers|addresses|search|192\.0\.2\.|::53|10\.208\.0\.53|example|at the margin/;
        expect(lost.filter((line) => !aboutDefaults.test(line) && !aboutResolvers.test(line))).toEqual([]);
      }
    }),
    { numRuns: 10_000 },
  );
});

function isSubsequence(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const line of whole) if (line === part[at]) at += 1;
  return at === part.length;
}

it('any text at all: it is edited, or refused with a clear error (10,000 cases)', () => {
  const line = fc.constantFrom(
    'network:',
    '  ethernets:',
    '    eth1:',
    '      gateway4: 1.1.1.1',
    '    eth0: {gateway4: 1.1.1.1}',
    '      routes:',
    '      - to: default',
    '        via: 1.1.1.1',
    '\tx: y',
    '# c',
    '',
    '...',
    '---',
    '      k: |',
    '        text',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(line).map((lines) => lines.join('\n')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          const changes = netplan.edit([{ path: main, text }], target);
          expect(netplan.edit(made([{ path: main, text }], changes), target)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
