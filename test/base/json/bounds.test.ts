import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault, parseOutsideJson } from '../../../src/base/json/bounds.ts';

const tooDeep = 'is nested more than 100 levels deep';
const tooMany = 'has more than 50000 parts';

/** How many values a document has, by the document itself. */
function partsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + partsOf(one), 1);
}

describe('JSON that would fill the memory is not parsed', () => {
  it.each<[string, string, string]>([
    ['lists in lists', '['.repeat(2 ** 20), tooDeep],
    ['the same, closed', '['.repeat(101) + ']'.repeat(101), tooDeep],
    ['objects in objects', '{"a":'.repeat(200_000), tooDeep],
    ['both, with space between', '{ "a" :\n[ '.repeat(100_000), tooDeep],
    ['behind a string that ends with a backslash', `["\\\\",${'['.repeat(200)}`, tooDeep],
    ['many members', `{${'"a":0,'.repeat(150_000)}"a":0}`, tooMany],
    ['many objects', `[${'{},'.repeat(300_000)}{}]`, tooMany],
    ['many lists with one item', `[${'[0],'.repeat(200_000)}[0]]`, tooMany],
    ['commas alone', ','.repeat(2 ** 20), tooMany],
  ])('%s', (_, text, fault) => {
    expect(jsonFault(text)).toBe(fault);
    expect(() => parseOutsideJson(text)).toThrow(`it ${fault}`);
  });

  it.each<[string, string]>([
    ['brackets and commas in a string', JSON.stringify('[{,"\\'.repeat(150_000))],
    ['one huge string', `"${'x'.repeat(2 ** 20)}"`],
    ['a long number', '9'.repeat(2 ** 20)],
    ['100 levels', '['.repeat(100) + ']'.repeat(100)],
    ['50,000 parts', `[${'0,'.repeat(49_998)}0]`],
    ['many spaces', `[${' '.repeat(2 ** 20)}]`],
  ])('%s: may be parsed', (_, text) => {
    expect(jsonFault(text)).toBeUndefined();
    expect(parseOutsideJson(text)).toEqual(JSON.parse(text));
  });

  it('what is no JSON is left to the parser', () => {
    for (const text of ['', '"', '"\\', ']]]', '{"a', '\u0000'])
      expect(() => parseOutsideJson(text)).toThrow(SyntaxError);
  });
});

it('each part counts once, whatever the document', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      const parts = partsOf(JSON.parse(text));
      expect(jsonFault(text, { parts })).toBeUndefined();
      expect(jsonFault(text, { parts: parts - 1 })).toBe(`has more than ${parts - 1} parts`);
    }),
  );
});
