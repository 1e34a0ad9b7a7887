import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { networkmanager } from '../../../src/network/stacks/networkmanager.ts';
import type { GatewayWish, NetworkFile } from '../../../src/network/types.ts';
import { undo } from '../undo.ts';
import { made } from './made.ts';
import { profiles } from './networkmanager-cases.ts';

const wish = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayWish;

/** The settings of [ipv4] as GLib merges them, read anew with no code of the product's. */
function ipv4Of(text: string): Map<string, string> | undefined {
  let settings: Map<string, string> | undefined;
  let section = '';
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      section = line;
      if (section === '[ipv4]') settings ??= new Map();
    } else if (section === '[ipv4]') {
      const at = line.indexOf('=');
      settings?.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    }
  }
  return settings;
}

/** The default routes that a profile gives, by NetworkManager's rules. */
function defaultsIn({ path, text }: NetworkFile): string[] {
  const name = /eth\d/.exec(path)?.[0];
  const settings = ipv4Of(text);
  if (settings === undefined) return [`${name} auto`];
  const found: string[] = [];
  const never = settings.get('never-default') === 'true';
  const addresses = [...settings].filter(([key]) => /^address/.test(key)).sort();
  const behind = addresses
    .map(([, value]) => value.split(/[,;]/).filter(Boolean))
    .map((words) => words[words[0]?.includes('/') ? 1 : 2])
    .find((gateway) => gateway !== undefined && gateway !== '0.0.0.0');
  const gateway = settings.get('gateway') ?? behind;
  if (gateway !== undefined && !never) found.push(`${name} ${gateway}`);
  if (settings.get('method') !== 'manual' && !never) found.push(`${name} auto`);
  for (const [key, value] of settings) {
    if (!/^routes?\d+$/.test(key) || !/^0\.0\.0\.0[/;]0/.test(value)) continue;
    if (settings.get(`${key}_options`)?.includes('table=')) continue;
    found.push(`${name} ${value.split(/[,;]/)[value.includes('/') ? 1 : 2]}`);
  }
  return found;
}

it('any profiles: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(profiles, (files) => {
      const after = made(files, networkmanager.edit(files, wish));
      expect(after.flatMap(defaultsIn)).toEqual(['eth1 10.208.0.1']);
      expect(networkmanager.edit(after, wish)).toEqual([]);
      after.forEach(({ text }, index) => {
        expect(undo(text)).toBe(files[index]?.text);
        for (const line of text.split('\n').filter((one) => one.startsWith('# rc-wait off: ')))
          expect(line).toMatch(/gateway|never-default|route/);
      });
    }),
    { numRuns: 10_000 },
  );
});

it('a rewrite by NetworkManager, comments gone, changes nothing for us (10,000 cases)', () => {
  fc.assert(
    fc.property(profiles, (files) => {
      const after = made(files, networkmanager.edit(files, wish));
      const rewritten = after.map(({ path, text }) => ({
        path,
        text: text.replace(/^[ \t]*#.*(\r?\n|$)/gm, ''),
      }));
      expect(networkmanager.edit(rewritten, wish)).toEqual([]);
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own lines alone (10,000 cases)', () => {
  const other = { ...wish, gateway: parseIpv4('10.208.0.7') } as GatewayWish;
  fc.assert(
    fc.property(profiles, (files) => {
      const once = made(files, networkmanager.edit(files, wish));
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
    '[connection]\ninterface-name=eth1\n',
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
          expect(networkmanager.edit(made(files, networkmanager.edit(files, wish)), wish)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
