import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { netplan } from '../../../../src/network/stacks/netplan/index.ts';
import type { GatewayTarget, PublicInterface } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { ethernets, style } from './cases.ts';
import { defaultsIn, disabledIn, isPublic, readingOf, resolversOf, restOf } from './reading.ts';
import { writeYaml } from './yaml-writer.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const own = '/etc/netplan/90-rc-wait.yaml';
const ids = ['eth0', 'eth1', 'eth2'];

/** Mostly one file: each costs several milliseconds of parsing. */
const files = fc
  .tuple(ethernets(), fc.option(ethernets(), { freq: 12 }), style)
  .map(([first, second, stream]) =>
    [first, second].flatMap((tree, index) => {
      const path = index === 0 ? '/etc/netplan/50-cloud-init.yaml' : '/etc/netplan/95-more.yaml';
      const text = tree && writeYaml({ network: { ethernets: tree } }, () => stream.next().value);
      return text === null ? [] : [{ path, text }];
    }),
  );

it('any files: resolvers go with the gateway, none is lost, a private network keeps its own (10,000 cases)', () => {
  const wishes = fc.constantFrom<PublicInterface | undefined>(undefined, 'keep', 'disable');
  fc.assert(
    fc.property(files, wishes, (before, publicInterface) => {
      const asked = publicInterface === undefined ? target : { ...target, publicInterface };
      const after = made(before, netplan.edit(before, asked));
      const [was, is] = [readingOf(before), readingOf(after)];
      const all = (reading: typeof was) => new Set(ids.flatMap((id) => resolversOf(reading, id)));
      expect(all(is)).toEqual(all(was));
      const publics = isPublic(was, 'eth0') ? ['eth0'] : [];
      expect(netplan.publicInterfaces(after, asked)).toEqual(publics);
      expect(resolversOf(is, 'eth0')).toEqual(publics.length > 0 ? [] : resolversOf(was, 'eth0'));
      // What is added to the gateway's is there once.
      const had = resolversOf(was, 'eth1');
      const ours = is.filter(({ path }) => path === own);
      const added = resolversOf(ours, 'eth1');
      expect(added.filter((word, index) => had.includes(word) || added.indexOf(word) !== index)).toEqual([]);
      expect(disabledIn(is)).toEqual(publicInterface === 'disable' ? publics : []);
      // For the other wishes the test of default routes looks at it.
      if (publicInterface === 'disable') expect(netplan.edit(after, asked)).toEqual([]);
      expect(defaultsIn(is)).toEqual(['eth1 10.208.0.1']);
      expect(
        restOf(
          is.filter((one) => !ours.includes(one)),
          was,
        ),
      ).toEqual(restOf(was));
      const withoutOwn = after.filter(({ path }) => path !== own && path.endsWith('.yaml'));
      expect(withoutOwn.map(({ path, text }) => ({ path, text: undo(text) }))).toEqual(before);
    }),
    { numRuns: 10_000 },
  );
});

it('any files: to keep after to disable is to keep (10,000 cases)', () => {
  fc.assert(
    fc.property(files, (before) => {
      const kept = made(before, netplan.edit(before, { ...target, publicInterface: 'keep' }));
      const disabled = made(before, netplan.edit(before, { ...target, publicInterface: 'disable' }));
      expect(made(disabled, netplan.edit(disabled, target))).toEqual(kept);
    }),
    { numRuns: 10_000 },
  );
});
