import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/base/ipv4.ts';
import { networkd } from '../../../src/network/stacks/networkd.ts';
import type { GatewayWish, NetworkFile } from '../../../src/network/types.ts';
import { undo } from '../undo.ts';
import { made } from './made.ts';
import { networkdFiles } from './networkd-cases.ts';

const wish = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayWish;

/** The default routes that a set of files gives, read anew with no code of the product's. */
function defaultsIn(files: readonly NetworkFile[]): string[] {
  const found = new Set<string>();
  for (const unit of ['10-eth1', '10-eth0', '50-eth2']) {
    // Drop-ins without their file add to nothing.
    if (!files.some(({ path }) => path.endsWith(`/${unit}.network`))) continue;
    const texts = files
      .filter(({ path }) => path.includes(`/${unit}.network`))
      .filter(
        ({ path }) =>
          path.startsWith('/etc') || !files.some((one) => one.path === path.replace('/usr/lib', '/etc')),
      )
      .sort((a, b) => (order(a.path) < order(b.path) ? -1 : 1))
      .map(({ text }) => text);
    const settings: Record<string, string> = {};
    const name = unit.slice(3);
    for (const section of texts.flatMap(sectionsOf)) {
      for (const [key, value] of section.pairs) {
        if (section.name === 'Network' && key === 'Gateway' && !value.includes(':'))
          found.add(`${name} ${value}`);
        if (section.name === 'Network' && key === 'DefaultRouteOnDevice') found.add(`${name} device`);
        settings[`${section.name.replace(/^DHCP$/, 'DHCPv4')}.${key}`] = value;
      }
      const route = Object.fromEntries(section.pairs);
      const via = route.Gateway ?? '';
      const everything = (route.Destination ?? (via === '' ? '' : '0.0.0.0/0')) === '0.0.0.0/0';
      if (section.name === 'Route' && everything && !via.includes(':') && !route.Table && !route.Type)
        found.add(`${name} ${via}`);
    }
    const isOn = (key: string, otherwise: boolean) =>
      settings[key] === undefined ? otherwise : /^(yes|true)$/.test(settings[key]);
    const routes = isOn('DHCPv4.UseRoutes', true);
    if (settings['Network.DHCP'] === 'yes') {
      if (isOn('DHCPv4.UseGateway', routes)) found.add(`${name} router`);
      if (routes && name !== 'eth1') found.add(`${name} classless`);
    }
  }
  return [...found];
}

function order(path: string): string {
  return path.endsWith('.network') ? '' : path.slice(path.lastIndexOf('/'));
}

function sectionsOf(text: string): { name: string; pairs: [string, string][] }[] {
  const plain = text
    .replace(/\r/g, '')
    .replace(/^[ \t]*[#;].*\n?/gm, '')
    .replace(/\\\n/g, ' ');
  return plain
    .split(/^[ \t]*(?=\[)/m)
    .filter((part) => part.startsWith('['))
    .map((part) => {
      const [head = '', ...lines] = part.split('\n');
      const pairs = lines
        .filter((line) => line.includes('='))
        .map((line): [string, string] => [
          line.slice(0, line.indexOf('=')).trim(),
          line.slice(line.indexOf('=') + 1).trim(),
        ]);
      return { name: head.trim().slice(1, -1), pairs };
    });
}

it('any files: one gateway is left, other lines stay byte for byte, twice is once, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(networkdFiles, (files) => {
      const changes = networkd.edit(files, wish);
      const after = made(files, changes);
      expect(defaultsIn(after)).toEqual(['eth1 10.208.0.1']);
      expect(networkd.edit(after, wish)).toEqual([]);
      for (const { path, text } of files) {
        const edited = after.find((file) => file.path === path.replace('/usr/lib', '/etc'))?.text ?? text;
        expect(undo(edited)).toBe(text);
        // What is put out of use is about default routes, whole [Route] sections of them, or what DHCP brings.
        for (const line of edited.split('\n').filter((one) => one.startsWith('# rc-wait off: ')))
          expect(line).toMatch(
            /Gateway|Destination|\[Route\]|Metric|Default|Use|Address|X-|DHCP|off: \s*$|Table|Type/,
          );
      }
      const ours = changes.filter(({ before, path }) => before === undefined && path.endsWith('.conf'));
      expect(ours.every(({ path }) => path.endsWith('/90-rc-wait.conf'))).toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

it('another gateway rewrites our own drop-in alone (10,000 cases)', () => {
  const other = { ...wish, gateway: parseIpv4('10.208.0.7') } as GatewayWish;
  fc.assert(
    fc.property(networkdFiles, (files) => {
      const once = made(files, networkd.edit(files, wish));
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
          const after = made(files, networkd.edit(files, wish));
          expect(networkd.edit(after, wish)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(NETWORK_FILE|STACK_UNKNOWN)$/) });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
