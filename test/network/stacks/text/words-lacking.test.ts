import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lacking } from '../../../../src/network/stacks/text/words-lacking.ts';

it('what is there already, in either case, is not added, and nothing twice', () => {
  expect(lacking(['1.1.1.1', 'A.example'], ['2.2.2.2', 'a.EXAMPLE', '1.1.1.1', '2.2.2.2', 'b'])).toEqual([
    '2.2.2.2',
    'b',
  ]);
});

it('with what is added, every word is there, in the order in which it came (10,000 cases)', () => {
  const words = fc.array(fc.constantFrom<string>('a', 'A', 'b', 'c', '2001:DB8::1', '2001:db8::1'));
  fc.assert(
    fc.property(words, words, (known, more) => {
      const added = lacking(known, more);
      const lower = (list: readonly string[]) => list.map((word) => word.toLowerCase());
      expect(new Set(lower([...known, ...added]))).toEqual(new Set(lower([...known, ...more])));
      expect(new Set(lower(added)).size).toBe(added.length);
      expect(added.filter((word) => lower(known).includes(word.toLowerCase()))).toEqual([]);
      expect(added.map((word) => more.indexOf(word))).toEqual(
        added.map((word) => more.indexOf(word)).sort((a, b) => a - b),
      );
    }),
    { numRuns: 10_000 },
  );
});
