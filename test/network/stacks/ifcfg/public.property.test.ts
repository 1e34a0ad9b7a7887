import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpv4 } from '../../../../src/base/ipv4.ts';
import { ifcfg } from '../../../../src/network/stacks/ifcfg/index.ts';
import type { GatewayTarget, NetworkFile, PublicInterface } from '../../../../src/network/types.ts';
import { undo } from '../../change/undo.ts';
import { made } from '../made.ts';
import { ifcfgFiles } from './cases.ts';
import { type Reading, readingOf } from './reading.ts';

const target = { gateway: parseIpv4('10.208.0.1'), interfaceName: 'eth1' } as GatewayTarget;
const keep: GatewayTarget = { ...target, publicInterface: 'keep' };
const disable: GatewayTarget = { ...target, publicInterface: 'disable' };
const fates = fc.constantFrom<PublicInterface | undefined>('keep', 'disable', undefined);
const names = ['eth0', 'eth1', 'eth2'];

function gatewayInterface(fate: PublicInterface | undefined): GatewayTarget {
  return fate === undefined ? target : { ...target, publicInterface: fate };
}

function edit(files: readonly NetworkFile[], one: GatewayTarget): NetworkFile[] {
  return made(files, ifcfg.edit(files, one));
}

function union(files: readonly NetworkFile[], kind: 'servers' | 'domains'): string[] {
  return [...new Set(names.flatMap((name) => readingOf(files, name)[kind]))].sort();
}

it('any files: no resolver is lost, none is left on a public interface, all others keep theirs (10,000 cases)', () => {
  fc.assert(
    fc.property(ifcfgFiles, fates, (files, fate) => {
      const after = edit(files, gatewayInterface(fate));
      const expected = readingOf(files, 'eth0').isPublic ? ['eth0'] : [];
      expect(ifcfg.publicInterfaces?.(files, target)).toEqual(expected);
      expect(ifcfg.publicInterfaces?.(after, target)).toEqual(expected);
      const [eth0, eth1] = [readingOf(after, 'eth0'), readingOf(after, 'eth1')];
      for (const kind of ['servers', 'domains'] as const) {
        expect(union(after, kind)).toEqual(union(files, kind));
        const old = readingOf(files, 'eth1')[kind];
        // Its own come first, and what has come is there once.
        expect(eth1[kind].filter((word) => old.includes(word))).toEqual(old);
        const come = eth1[kind].filter((word) => !old.includes(word));
        expect(new Set(come).size).toBe(come.length);
        if (kind === 'servers') expect(eth1[kind].slice(0, old.length)).toEqual(old);
        if (kind === 'servers' && come.length > 0)
          expect(eth1.numbers).toEqual(eth1.numbers.map((_, index) => index + 1));
        expect(eth0[kind]).toEqual(expected.length > 0 ? [] : readingOf(files, 'eth0')[kind]);
      }
      const third = (all: readonly NetworkFile[]) => all.filter(({ path }) => path.endsWith('ifcfg-eth2'));
      expect(third(after)).toEqual(third(files));
    }),
    { numRuns: 10_000 },
  );
});

it('any files: public interfaces come up at boot as wished, all others as before, and it can be undone (10,000 cases)', () => {
  fc.assert(
    fc.property(ifcfgFiles, fates, (files, fate) => {
      const after = edit(files, gatewayInterface(fate));
      expect(edit(after, gatewayInterface(fate))).toEqual(after);
      for (const { path, text } of files)
        expect(undo(after.find((file) => file.path === path)?.text ?? '', text)).toBe(text);
      const up = (all: readonly NetworkFile[]) =>
        names.map((name): Reading['isUp'] => readingOf(all, name).isUp);
      const [eth0, ...others] = up(files);
      const isDown = fate === 'disable' && readingOf(files, 'eth0').isPublic;
      expect(up(after)).toEqual([eth0 && !isDown, ...others]);
    }),
    { numRuns: 10_000 },
  );
});

/** What was written once ends with the line ending of its file, and keeps it. */
function ended(files: readonly NetworkFile[]): NetworkFile[] {
  return files.map(({ path, text }) => {
    const ending = /\r?\n/.exec(text)?.[0] ?? '\n';
    return { path, text: text.replace(/[^\n]$/, `$&${ending}`) };
  });
}

it('any files: what a wish leads to does not hang on the wish before it (10,000 cases)', () => {
  fc.assert(
    fc.property(ifcfgFiles, fc.constantFrom(keep, target), (files, one) => {
      const [kept, disabled] = [edit(files, one), edit(files, disable)];
      expect(ended(edit(disabled, one))).toEqual(ended(kept));
      expect(ended(edit(kept, disable))).toEqual(ended(disabled));
    }),
    { numRuns: 10_000 },
  );
});

it('any files: when the agent writes those of a public interface anew, its resolvers move anew (10,000 cases)', () => {
  fc.assert(
    fc.property(ifcfgFiles, fates, (files, fate) => {
      const once = edit(files, gatewayInterface(fate));
      const old = files.filter(({ path }) => path.endsWith('-eth0'));
      const anew = once.map((file) => old.find(({ path }) => path === file.path) ?? file);
      expect(edit(anew, gatewayInterface(fate))).toEqual(once);
    }),
    { numRuns: 10_000 },
  );
});
