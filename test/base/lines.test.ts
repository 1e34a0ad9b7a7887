import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitLines } from '../../src/base/lines.ts';

function told(...texts: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  for (const text of texts) splitter.push(text);
  splitter.end();
  return lines;
}

it('lines are told whole, however they arrive; empty ones are not', () => {
  expect(told('on', 'e\ntw', 'o\r\n\n', '\nthree')).toEqual(['one', 'two', 'three']);
  expect(told('')).toEqual([]);
});

it('a line without an end is cut, and the rest of a flood left out', () => {
  expect(told('x'.repeat(10_000)).map(({ length }) => length)).toEqual([4_096, 4_096, 1_808]);
  const flood = told(...Array.from({ length: 2_000 }, (_, index) => `${index}\n`));
  expect(flood).toHaveLength(1_001);
  expect(flood.slice(-2)).toEqual(['999', '… and more, which is left out']);
});

it('how text is cut on its way makes no difference', () => {
  const text = fc
    .string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 300 })
    .chain((short) => fc.constantFrom(short, short.replaceAll('a', 'a'.repeat(2_000))));
  fc.assert(
    fc.property(text, fc.array(fc.nat(9_000), { maxLength: 5 }), (whole, cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((end, index) => whole.slice(at[index], end));
      expect(told(...pieces)).toEqual(told(whole));
      expect(told(whole).join('')).toBe(whole.replaceAll('\n', ''));
    }),
    { numRuns: 200 },
  );
});
