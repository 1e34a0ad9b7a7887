import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { slowPatterns } from '../../scripts/lib/patterns.ts';

const why = (text: string) => slowPatterns(text).map((one) => one.why.replace(/:.*/s, ''));

describe('a regular expression that takes more than linear time is found:', () => {
  it.each([
    [
      'a repeat that is searched for, and then something else',
      String.raw`text.replace(/\/+$/, '')`,
      'polynomial',
    ],
    ['white space at the end', String.raw`/\s+$/.test(text)`, 'polynomial'],
    ['a word before a sign', String.raw`/\w+@/.exec(text)`, 'polynomial'],
    ['what two repeats can divide', String.raw`/^\s*(.*)\s*=$/.exec(text)`, 'polynomial'],
    ['a repeat of a repeat', '/^(a+)+$/.exec(text)', 'exponential'],
    ['a repeat with an end that may be missing', String.raw`/^(?:\w+\s?)*$/.exec(text)`, 'exponential'],
    ['line by line, over many lines', String.raw`/^\s*uuid=/m.test(text)`, 'polynomial'],
    ['one that is put together', 'new RegExp(source)', 'it is put together at run time'],
    ['the same without "new"', 'const made = RegExp(source);', 'it is put together at run time'],
  ])('%s', (_, text, found) => {
    expect(why(text)).toContain(found);
  });

  it('with the line where it stands', () => {
    expect(slowPatterns('const a = 1;\n\nconst b = /x+$/;\n')).toMatchObject([{ line: 3, pattern: '/x+$/' }]);
  });
});

it.each([
  String.raw`/^\s+/`,
  String.raw`/^[ \t]*uuid[ \t]*=/m`,
  String.raw`/\{([a-z_]+)\}/g`,
  String.raw`/\s+/g`,
  String.raw`/^(?:\d{1,3}\.){3}\d{1,3}$/`,
  String.raw`/[\p{Cc}\u2028]+/gu`,
])('one that takes linear time is left alone: %s', (pattern) => {
  expect(slowPatterns(`const pattern = ${pattern};`)).toEqual([]);
});

it('no regular expression of rc-wait takes more', () => {
  const slow = globSync('src/**/*.ts').flatMap((file) =>
    slowPatterns(readFileSync(file, 'utf8')).map((one) => `${file}:${one.line} ${one.pattern}: ${one.why}`),
  );
  expect(slow).toEqual([]);
});
