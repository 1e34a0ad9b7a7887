import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { didYouMean, nearest } from '../../src/report/nearest.ts';

const names = commands.map(({ name }) => name);

describe('a mistyped word', () => {
  it.each([
    ['staus', 'status'],
    ['netwrok plan', 'network plan'],
    ['waits', 'wait'],
    ['netowrk aply', 'network apply'],
    ['remot', 'remote'],
  ])('%s stands for %s', (word, meant) => {
    expect(nearest(word, names)).toBe(meant);
    expect(didYouMean(word, names)).toBe(`did you mean ${meant}? `);
  });

  it.each(['frobnicate', 'x', 'network frob', ''])('%j stands for none', (word) => {
    expect(nearest(word, names)).toBeUndefined();
    expect(didYouMean(word, names)).toBe('');
  });

  it('with one character wrong is found, and a word itself is found', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom('_', '7'), (name, at, wrong) => {
        const index = at % name.length;
        const typed = name.slice(0, index) + wrong + name.slice(index + 1);
        expect(nearest(typed, [name])).toBe(name);
        expect(nearest(name, names)).toBe(name);
      }),
    );
  });
});
