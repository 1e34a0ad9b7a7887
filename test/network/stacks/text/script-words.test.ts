import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commandsIn } from '../../../../src/network/stacks/text/script-words.ts';

/** The words of each command, by their values. */
function words(text: string): (string | undefined)[][] {
  return commandsIn(text).map((command) => command.words.map(({ value }) => value));
}

it.each([
  ['a b  c', [['a', 'b', 'c']]],
  ['a "b c" d', [['a', 'b c', 'd']]],
  ['a \'b \\ c\'"$"', [['a', undefined]]],
  ["a b\\ c 'd'e", [['a', 'b c', 'de']]],
  ['a "b\\"c\\d"', [['a', 'b"c\\d']]],
  ['a \\\n b', [['a', 'b']]],
  ['a "b\\\nc"', [['a', 'bc']]],
  ['a # b', [['a']]],
  ['a b#c', [['a', 'b#c']]],
  ['a;b&&c||d|e&f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
  ['a >/dev/null 2>&1 b <c', [['a', 'b']]],
  ['X=1 Y="2 3" a', [['a']]],
  ['if a; then b; else c; fi', [['a'], ['b'], ['c']]],
  ['! a', [['a']]],
  [`a $b "$c" \${d} * ~x`, [['a', undefined, undefined, undefined, undefined, undefined]]],
  ['cat <<E\na b\nE\nc', [['cat'], ['c']]],
  ["cat <<-'E'\n\ta\n\tE\nc", [['cat'], ['c']]],
  ['a "b', [['a', 'b']]],
  ['a\u00a0b\fc', [['a'], []].slice(0, 1).map(() => ['a', 'b', 'c'])],
])('%j is split as sh(1) does', (text, expected) => {
  expect(words(text)).toEqual(expected);
});

it('a command inside others, and one that reads from a pipe, are told', () => {
  const told = commandsIn('a; (b); { c; }; if d; then e; fi; f | g; case x in y) h;; esac; i').map(
    ({ words: [first], isInside, readsInput }) =>
      `${first?.raw}${isInside ? ' inside' : ''}${readsInput ? ' reads' : ''}`,
  );
  expect(told).toEqual([
    'a',
    'b inside',
    'c inside',
    'd inside',
    'e inside',
    'f',
    'g reads',
    'case inside',
    'h inside',
    'i',
  ]);
});

it('the patterns of `case` are no commands', () => {
  const text = 'case "$1" in\n  /usr/local/*|a) b ;;\n  (c) d\n    e;;\n  *) f\nesac\ng';
  expect(words(text)).toEqual([['case', undefined, 'in'], ['b'], ['d'], ['e'], ['f'], ['g']]);
});

it('a command has its line, and is conditional behind && and ||', () => {
  const text = 'a\n# x\nb && \\\n c || d; e\ncat <<E\nf\nE\nif g; then\n  h | i\nfi';
  expect(
    commandsIn(text).map(({ words: [first], line, isConditional }) => [first?.raw, line, isConditional]),
  ).toEqual([
    ['a', 1, false],
    ['b', 3, false],
    ['c', 4, true],
    ['d', 4, true],
    ['e', 4, false],
    ['cat', 5, false],
    ['g', 8, false],
    ['h', 9, false],
    ['i', 9, false],
  ]);
});

it('the commands of substitutions are told', () => {
  const [command] = commandsIn('a $(b c) "x$(d)y`e`" `f \\`g\\``');
  expect(command?.words.flatMap(({ substitutions }) => substitutions)).toEqual(['b c', 'd', 'e', 'f `g`']);
});

it('any quoting of words is read as a real shell reads it (over 2,000 cases)', () => {
  const piece = fc.constantFrom(
    'a',
    'default',
    '0/0',
    "'b c'",
    '"d e"',
    '\\ ',
    '\\"',
    '"\\$x"',
    "'#'",
    '"\\\\"',
    '\\\n',
    "''",
    '#',
    ' # c',
    '; a ',
    ' ',
    '\t',
  );
  const texts = fc
    .sample(fc.array(piece, { minLength: 1, maxLength: 8 }), { numRuns: 3_000, seed: 7 })
    .map((all) => all.join(''))
    // After a comment a line would begin with what cannot begin one.
    .filter((text) => !/#[\s\S]*\n/.test(text));
  const script = texts.map((text) => `p ${text}\nprintf '\\1'`).join('\n');
  const { stdout } = spawnSync(
    'sh',
    ['-c', `p() { for w; do printf '%s\\2' "$w"; done; }\na() { :; }\n${script}`],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const withoutOwn = stdout.split('\u0001').slice(0, texts.length);
  expect(texts.length).toBeGreaterThan(2_000);
  expect(withoutOwn).toHaveLength(texts.length);
  texts.forEach((text, index) => {
    const [first] = commandsIn(`p ${text}`);
    const own = (first?.words ?? [])
      .slice(1)
      .map(({ value }) => `${value}\u0002`)
      .join('');
    expect(withoutOwn[index], JSON.stringify(text)).toBe(own);
  });
});
