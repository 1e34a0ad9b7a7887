import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifupdown } from '../../../../src/network/stacks/ifupdown/index.ts';
import type { GatewayTarget, PublicInterface } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { interfacesText } from './cases.ts';
import { type Reading, readAll } from './reading.ts';

const path = '/etc/network/interfaces';
const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const keep: GatewayTarget = { ...target, publicInterface: 'keep' };
const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
const fates = fc.constantFrom<PublicInterface | undefined>('keep', 'disable', undefined);

function edit(text: string, gatewayInterface: GatewayTarget): string {
  return ifupdown.edit([{ path, text }], gatewayInterface)[0]?.after ?? text;
}

function publicIn(text: string): string[] {
  const all = [...readAll(text)].filter(([name, { isPublic }]) => isPublic && name !== 'eth1');
  return all.map(([name]) => name).sort();
}

type Kind = keyof Reading['resolvers'];

function union(text: string, kind: Kind): string[] {
  const words = [...readAll(text).values()].flatMap(({ resolvers }) => resolvers[kind]);
  return [...new Set(words)].sort();
}

function gatewayInterface(fate: PublicInterface | undefined): GatewayTarget {
  return fate === undefined ? target : { ...target, publicInterface: fate };
}

it('any file: no resolver is lost, none is left on a public interface, all others keep theirs (10,000 cases)', () => {
  fc.assert(
    fc.property(interfacesText, fates, (text, fate) => {
      const after = edit(text, gatewayInterface(fate));
      const [old, made] = [readAll(text), readAll(after)];
      const names = publicIn(text);
      expect([...(ifupdown.publicInterfaces?.([{ path, text }], target) ?? [])].sort()).toEqual(names);
      expect([...(ifupdown.publicInterfaces?.([{ path, text: after }], target) ?? [])].sort()).toEqual(names);
      for (const kind of ['servers', 'domains', 'others'] as const)
        expect(union(after, kind)).toEqual(union(text, kind));
      for (const [name, { resolvers }] of old) {
        const kept = made.get(name)?.resolvers;
        if (names.includes(name)) expect(kept).toEqual({ servers: [], domains: [], others: [] });
        else if (name !== 'eth1') expect(kept).toEqual(resolvers);
        else if (kept !== undefined) {
          // Its own keep their order, and come first in their stanza; what has come is there once.
          const own = [...new Set(resolvers.servers)];
          const now = [...new Set(kept.servers)];
          expect(now.filter((server) => own.includes(server))).toEqual(own);
          if (text.split('iface eth1').length === 2) expect(now.slice(0, own.length)).toEqual(own);
          const come = kept.servers.filter((server) => !own.includes(server));
          expect(new Set(come).size).toBe(come.length);
        }
      }
    }),
    { numRuns: 10_000 },
  );
});

it('any file: public interfaces come up at boot as wished, all others as before, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(interfacesText, fates, (text, fate) => {
      const after = edit(text, gatewayInterface(fate));
      expect(undo(after)).toBe(text);
      expect(edit(after, gatewayInterface(fate))).toBe(after);
      const names = fate === 'disable' ? publicIn(text) : [];
      const now = readAll(after);
      for (const [name, { isUp }] of readAll(text))
        expect([name, now.get(name)?.isUp ?? false]).toEqual([name, isUp && !names.includes(name)]);
    }),
    { numRuns: 10_000 },
  );
});

it('any file: what a wish leads to does not hang on the wish before it (10,000 cases)', () => {
  const other = parseIpv4('10.208.0.2') ?? target.gateway;
  fc.assert(
    fc.property(interfacesText, fc.constantFrom(keep, target), (text, one) => {
      const [kept, disabled] = [edit(text, one), edit(text, disable)];
      expect(edit(disabled, one)).toBe(kept);
      expect(edit(kept, disable)).toBe(disabled);
      const moved = edit(edit(text, { ...disable, gateway: other }), one);
      expect(undo(moved)).toBe(text);
      // Somebody's own line of the gateway is out of use for the other one, and stays so.
      if (/^\s*gateway\t10/m.test(text)) return;
      expect(moved.split(/\r?\n/).sort()).toEqual(kept.split(/\r?\n/).sort());
    }),
    { numRuns: 10_000 },
  );
});

it('any file: when its public stanzas are written anew, they are edited as the first time (10,000 cases)', () => {
  // The agent writes what it wrote before, without our marks; the rest of the file stays as we left it.
  fc.assert(
    fc.property(interfacesText, fates, (text, fate) => {
      const once = edit(text, gatewayInterface(fate));
      const anew = once.replaceAll('# rc-wait off: ', '');
      fc.pre(!once.includes('# rc-wait was: ') && !text.includes('# rc-wait'));
      const twice = edit(anew, gatewayInterface(fate));
      expect(union(twice, 'servers')).toEqual(union(text, 'servers'));
      for (const name of publicIn(text))
        expect(readAll(twice).get(name)?.resolvers.servers ?? []).toEqual([]);
      const servers = readAll(twice).get('eth1')?.resolvers.servers ?? [];
      expect(servers.length).toBe(readAll(once).get('eth1')?.resolvers.servers.length);
    }),
    { numRuns: 10_000 },
  );
});
