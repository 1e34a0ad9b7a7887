import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { networkd } from '../../../../src/network/stacks/networkd/index.ts';
import type { GatewayTarget, PublicInterface } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { networkdFiles } from './cases.ts';
import { defaultsIn, resolversOf, routesIn, settingOf } from './reading.ts';

const names = ['eth0', 'eth1', 'eth2', 'eth3'];
const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;

it('any files: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(networkdFiles, (files) => {
      const changes = networkd.edit(files, target);
      const after = made(files, changes);
      expect(defaultsIn(after)).toEqual(['eth1 10.208.0.1']);
      expect(networkd.edit(after, target)).toEqual([]);
      for (const { path, text } of files) {
        const edited = after.find((file) => file.path === path.replace('/usr/lib', '/etc'))?.text ?? text;
        expect(undo(edited)).toBe(text);
        // What is put out of use is about default routes, whole [Route] sections of them, or what DHCP brings.
        for (const line of edited.split('\n').filter((one) => one.startsWith('# rc-wait off: ')))
          expect(line).toMatch(
            /Gateway|Destination|\[Route\]|Metric|Default|Use|Address|X-|DHCP|off: \s*$|Table|Type|DNS|Domains|10\.208\.0\.53/,
          );
      }
      const ours = changes.filter(({ before, path }) => before === undefined && path.endsWith('.conf'));
      expect(ours.every(({ path }) => path.endsWith('/90-rc-wait.conf'))).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

it('any files: resolvers go with the gateway, none is lost, a private network keeps its own (10,000 cases)', () => {
  const wishes = fc.constantFrom<PublicInterface | undefined>(undefined, 'keep', 'disable');
  fc.assert(
    fc.property(networkdFiles, wishes, (before, publicInterface) => {
      const asked = publicInterface === undefined ? target : { ...target, publicInterface };
      const after = made(before, networkd.edit(before, asked));
      const all = (files: typeof before) => new Set(names.flatMap((name) => resolversOf(files, name)));
      expect(all(after)).toEqual(all(before));
      const routes = routesIn(before);
      const publics = ['eth0', 'eth2'].filter((name) => routes.some((route) => route.startsWith(name)));
      expect(networkd.publicInterfaces(before, asked)).toEqual(publics);
      expect(networkd.publicInterfaces(after, asked)).toEqual(publics);
      for (const name of ['eth0', 'eth2', 'eth3'])
        expect(resolversOf(after, name)).toEqual(publics.includes(name) ? [] : resolversOf(before, name));
      // Its own come first where no drop-in after ours adds to them, and none comes to be there twice.
      const [had, has] = [resolversOf(before, 'eth1'), resolversOf(after, 'eth1')];
      expect(has.length).toBe(had.length + new Set(has.filter((word) => !had.includes(word))).size);
      const down = names.filter(
        (name) => settingOf(after, name, 'Link', 'ActivationPolicy') === 'always-down',
      );
      expect(down.sort()).toEqual(publicInterface === 'disable' ? publics : []);
      expect(networkd.edit(after, asked)).toEqual([]);
      for (const { path, text } of before) {
        const edited = after.find((file) => file.path === path.replace('/usr/lib', '/etc'))?.text ?? text;
        expect(undo(edited)).toBe(text);
      }
    }),
    { numRuns: 10_000 },
  );
});

it('to keep after to disable is to keep, and a file written anew has its lines moved anew (10,000 cases)', () => {
  fc.assert(
    fc.property(networkdFiles, (before) => {
      const kept = made(before, networkd.edit(before, { ...target, publicInterface: 'keep' }));
      const disabled = made(before, networkd.edit(before, { ...target, publicInterface: 'disable' }));
      expect(made(disabled, networkd.edit(disabled, target))).toEqual(kept);
      const isPublics = (path: string) => path.includes('eth0') && !path.endsWith('90-rc-wait.conf');
      const anew = kept.map(
        (file) => before.find(({ path }) => path === file.path && isPublics(path)) ?? file,
      );
      expect(made(anew, networkd.edit(anew, target))).toEqual(kept);
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own drop-in alone (10,000 cases)', () => {
  const other = { ...target, gateway: parseIpv4('10.208.0.7') } as GatewayTarget;
  fc.assert(
    fc.property(networkdFiles, (files) => {
      const once = made(files, networkd.edit(files, target));
      const hadOwn = once.some(({ path }) => path.endsWith('/10-eth1.network.d/90-rc-wait.conf'));
      const changes = networkd.edit(once, other);
      const twice = made(once, changes);
      expect(defaultsIn(twice)).toEqual(['eth1 10.208.0.7']);
      expect(networkd.edit(twice, other)).toEqual([]);
      if (hadOwn && once.some(({ text }) => text.includes('Gateway=10.208.0.1\nDestination')))
        expect(changes.map(({ path }) => path)).toEqual([
          '/etc/systemd/network/10-eth1.network.d/90-rc-wait.conf',
        ]);
    }),
    { numRuns: 10_000 },
  );
});

it('any text at all: it is edited, or refused with a clear error (10,000 cases)', () => {
  const piece = fc.constantFrom(
    '[Match]\n',
    'Name=eth1\n',
    'Name=',
    '[Network]\n',
    '[Route]\n',
    'Gateway=1.1.1.1\n',
    'Gateway=\n',
    '\\\n',
    '[',
    ']\n',
    '#',
    ';',
    ' ',
    '\r\n',
    'DHCP=yes\n',
    '# rc-wait added the next line\n',
    '# rc-wait off: x\n',
  );
  const path = '/etc/systemd/network/10-eth1.network';
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((all) => all.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          const files = [{ path, text }];
          const after = made(files, networkd.edit(files, target));
          expect(networkd.edit(after, target)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
