import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entryOf, escapeMarkup, withoutTrailing } from '../../src/base/text.ts';

it('of one character none is left at the end, and all else is', () => {
  expect(withoutTrailing('https://x//y///', '/')).toBe('https://x//y');
  expect(withoutTrailing('///', '/')).toBe('');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '/') }), (text) => {
      expect(withoutTrailing(text, '/')).toBe(text.replace(/\/+$/, ''));
    }),
  );
});

it('a hundred million of them in the middle take no time, where their square would take years', () => {
  const text = `${'/'.repeat(100_000_000)}x`;
  expect(withoutTrailing(text, '/')).toBe(text);
});

it('a table has no entry under the names that every object has', () => {
  const table = { a: 'b' };
  expect(['a', 'constructor', '__proto__', 'toString', ''].map((word) => entryOf(table, word))).toEqual([
    'b',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

it('text in an element or a quoted attribute of XML and HTML is text', () => {
  expect(escapeMarkup(`a<b>&amp; "c" 'd'`)).toBe('a&lt;b&gt;&amp;amp; &quot;c&quot; &apos;d&apos;');
});
