import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCharacter, characterOf, fitsGlob, type GlobPart, thisCharacter } from '../../src/base/glob.ts';

/** The parts of a glob of `*`, `?` and plain characters. */
const parts = (glob: string): GlobPart[] =>
  [...glob].map((one) => (one === '*' ? one : one === '?' ? anyCharacter : thisCharacter(one)));

describe('a glob', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['a*', 'abc', true],
    ['a*c', 'abcbc', true],
    ['a*c', 'abcb', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['?', '😀', true],
    ['a?', 'a', false],
    ['**', 'x\ny', true],
  ])('%j fits %j: %s', (glob, text, fits) => {
    expect(fitsGlob(parts(glob), text)).toBe(fits);
  });

  it('fits what a regular expression says that it fits', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(glob, text, (one, other) => {
        const pattern = new RegExp(`^${one.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(fitsGlob(parts(one), other)).toBe(pattern.test(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('of many stars ends on a long text', () => {
    expect(fitsGlob(parts('*a*a*a*a*a*a*a*a*b'), 'a'.repeat(5_000))).toBe(false);
  });
});

describe('a set of characters', () => {
  it.each([
    ['abc', false, 'b', true],
    ['abc', true, 'b', false],
    ['a-c', false, 'b', true],
    ['a-c', false, '-', false],
    ['a-', false, '-', true],
    ['-a', false, '-', true],
    [']x', false, ']', true],
    ['\\', false, '\\', true],
    ['', true, 'x', true],
    ['α-ω', false, 'λ', true],
  ])('%j (not: %s) and %j: %s', (set, not, character, fits) => {
    expect(characterOf(set, not)?.(character)).toBe(fits);
  });

  it('whose range goes backwards is none', () => {
    expect(characterOf('z-a', false)).toBeUndefined();
  });
});
