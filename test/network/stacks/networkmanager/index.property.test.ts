import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { networkmanager } from '../../../../src/network/stacks/networkmanager/index.ts';
import type { GatewayTarget, NetworkFile, PublicInterface } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { profiles } from './cases.ts';
import { defaultsIn, resolversOf, settingsOf, takesResolvers } from './reading.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;

it('any profiles: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(profiles, (files) => {
      const after = made(files, networkmanager.edit(files, target));
      expect(after.flatMap(defaultsIn)).toEqual(['eth1 10.208.0.1']);
      expect(networkmanager.edit(after, target)).toEqual([]);
      after.forEach(({ text }, index) => {
        expect(undo(text)).toBe(files[index]?.text);
        for (const line of text.split('\n').filter((one) => one.startsWith('# rc-wait off: ')))
          expect(line).toMatch(/gateway|never-default|route|dns/);
      });
    }),
    { numRuns: 10_000 },
  );
});

it('any profiles: resolvers go with the gateway, none is lost, a private network keeps its own (10,000 cases)', () => {
  const wishes = fc.constantFrom<PublicInterface | undefined>(undefined, 'keep', 'disable');
  fc.assert(
    fc.property(profiles, wishes, (before, publicInterface) => {
      const asked = publicInterface === undefined ? target : { ...target, publicInterface };
      const after = made(before, networkmanager.edit(before, asked));
      const publics = before.flatMap(defaultsIn).some((route) => route.startsWith('eth0')) ? ['eth0'] : [];
      expect(networkmanager.publicInterfaces(before, asked)).toEqual(publics);
      expect(networkmanager.publicInterfaces(after, asked)).toEqual(publics);
      expect(textOf(after, 'eth2')).toBe(textOf(before, 'eth2'));
      for (const section of ['ipv4', 'ipv6']) {
        const [home0, home1] = [before, after].map((files) => resolversOf(textOf(files, 'eth1'), section));
        const [other0, other1] = [before, after].map((files) => resolversOf(textOf(files, 'eth0'), section));
        const isMoved = publics.length > 0 && takesResolvers(textOf(before, 'eth1'), section);
        expect(other1).toEqual(isMoved ? [] : other0);
        // Lines that never counted, for the same key came again, may come to count.
        if (isMoved) expect(home1).toEqual(expect.arrayContaining([...(home0 ?? []), ...(other0 ?? [])]));
        else expect(home1).toEqual(home0);
        const added = (home1 ?? []).filter((word) => !home0?.includes(word));
        expect(new Set(added).size).toBe(added.length);
        for (const word of added) expect(textOf(before, 'eth0').toLowerCase()).toContain(word);
      }
      const down = after.filter(({ text }) => settingsOf(text, 'connection')?.get('autoconnect') === 'false');
      expect(down.length).toBe(publicInterface === 'disable' ? publics.length : 0);
      expect(networkmanager.edit(after, asked)).toEqual([]);
      expect(after.map(({ text }) => undo(text))).toEqual(before.map(({ text }) => text));
    }),
    { numRuns: 10_000 },
  );
});

function textOf(files: readonly NetworkFile[], name: string): string {
  return files.find(({ path }) => path.includes(name))?.text ?? '';
}

it('to keep after to disable is to keep, and a profile written anew has its lines moved anew (10,000 cases)', () => {
  fc.assert(
    fc.property(profiles, (before) => {
      const kept = made(before, networkmanager.edit(before, { ...target, publicInterface: 'keep' }));
      const disabled = made(before, networkmanager.edit(before, { ...target, publicInterface: 'disable' }));
      expect(made(disabled, networkmanager.edit(disabled, target))).toEqual(kept);
      const anew = kept.map(
        (file) => before.find(({ path }) => path === file.path && /eth0/.test(path)) ?? file,
      );
      expect(made(anew, networkmanager.edit(anew, target))).toEqual(kept);
    }),
    { numRuns: 10_000 },
  );
});

it('a rewrite by NetworkManager, comments gone, changes nothing for us (10,000 cases)', () => {
  fc.assert(
    fc.property(profiles, (files) => {
      const after = made(files, networkmanager.edit(files, target));
      const rewritten = after.map(({ path, text }) => ({
        path,
        text: text.replace(/^[ \t]*#.*(\r?\n|$)/gm, ''),
      }));
      expect(networkmanager.edit(rewritten, target)).toEqual([]);
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own lines alone (10,000 cases)', () => {
  const other = { ...target, gateway: parseIpv4('10.208.0.7') } as GatewayTarget;
  fc.assert(
    fc.property(profiles, (files) => {
      const once = made(files, networkmanager.edit(files, target));
      const twice = made(once, networkmanager.edit(once, other));
      expect(twice.flatMap(defaultsIn)).toEqual(['eth1 10.208.0.7']);
      expect(networkmanager.edit(twice, other)).toEqual([]);
      twice.forEach(({ text }, index) => {
        expect(undo(text)).toBe(files[index]?.text);
      });
    }),
    { numRuns: 10_000 },
  );
});

it('any text at all: it is edited, or refused with a clear error (10,000 cases)', () => {
  const piece = fc.constantFrom(
    '[connection]\ntype=ethernet\ninterface-name=eth1\n',
    '[ipv4]\n',
    'method=manual\n',
    'gateway=1.1.1.1\n',
    'address1=1.1.1.2/24,1.1.1.1\n',
    'route=0.0.0.0/0\n',
    '[',
    '=',
    '#',
    ' ',
    '\r\n',
    '# rc-wait added the next line\n',
    '# rc-wait off: x\n',
    'never-default=true\n',
  );
  const path = '/etc/NetworkManager/system-connections/eth1';
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((all) => all.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        try {
          const files = [{ path, text }];
          expect(networkmanager.edit(made(files, networkmanager.edit(files, target)), target)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
