import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isBackup,
  linesToDisable,
  readShellFile,
  valueIn,
} from '../../../../src/network/stacks/text/shell.ts';

const path = '/etc/sysconfig/network-scripts/ifcfg-eth1';

function read(text: string): (string | undefined)[][] {
  return readShellFile({ path, text }).assignments.map(({ key, value }) => [key, value]);
}

describe('an assignment', () => {
  it.each([
    ['A=b', 'b'],
    ['  A=b  # comment', 'b'],
    ['A=b#c', 'b#c'],
    ['A=', ''],
    ['A="b c"', 'b c'],
    ["A='b c'", 'b c'],
    ['A="a\\"b\\\\c\\d"', 'a"b\\c\\d'],
    ['A=\'a"b\'c"d"', 'a"bcd'],
    ['A=a\\ b', 'a b'],
    ['A=a\\\nb', 'ab'],
    ['A="a\\\nb"', 'ab'],
    ['A="a\nb"', 'a\nb'],
    ['export A=b', 'b'],
    ['A=b\r', 'b'],
    ['A=b;', 'b'],
  ])('%j has the value %j', (text, value) => {
    expect(read(text)).toEqual([['A', value]]);
  });

  it.each([
    'A=$B',
    'A="$(cat /x)"',
    'A=`cat /x`',
    'A=(a b)',
    'A=a&',
    '[ -f /x ] && A=b',
    'A=b cmd',
    'if true; then A=b; fi',
  ])('%j has a value that only a shell could tell', (text) => {
    expect(read(text)).toContainEqual(['A', undefined]);
  });

  it('may stand beside others', () => {
    expect(read('A=1 B=2; C=3\n')).toEqual([
      ['A', '1'],
      ['B', '2'],
      ['C', '3'],
    ]);
    expect(read("# A=1\n\n  #'\n. /etc/x\n")).toEqual([]);
  });

  it('of a key counts where it is the last', () => {
    const file = readShellFile({ path, text: 'A=1\nA=2\nB=$A\n' });
    expect([valueIn(file, 'A'), valueIn(file, 'B'), valueIn(file, 'C')]).toEqual(['2', undefined, undefined]);
  });
});

describe('the lines of an assignment', () => {
  it('are all those that it goes over', () => {
    const { assignments } = readShellFile({ path, text: 'A=1\n\nB="x\ny" # c\nC=a\\\r\nb\n' });
    expect(assignments.map(({ key, lines, isShared }) => ({ key, lines, isShared }))).toEqual([
      { key: 'A', lines: [0], isShared: false },
      { key: 'B', lines: [2, 3], isShared: false },
      { key: 'C', lines: [4, 5], isShared: false },
    ]);
    expect(linesToDisable({ path, text: '' }, assignments)).toEqual([0, 2, 3, 4, 5]);
  });

  it.each(['A=1 B=2', 'A=1; B=2', 'A=1; ifup eth9', '[ -f /x ] && A=1', 'B="x\ny" A=1'])(
    'cannot be put out of use in %j, with something else on them',
    (text) => {
      const { assignments } = readShellFile({ path, text: `\n${text}\n` });
      const one = assignments.filter(({ key }) => key === 'A');
      expect(() => linesToDisable({ path, text }, one)).toThrowError(
        expect.objectContaining({
          code: 'NETWORK_FILE',
          message: expect.stringMatching(
            /^cannot edit .*ifcfg-eth1: line [23] sets A together with something else$/,
          ),
        }),
      );
    },
  );
});

it.each(['A="b\n', "\nA='b\n", 'A=b\\', 'A=b\\\n', 'A=b \\\r\n'])(
  '%j has no end, and that is said with its line',
  (text) => {
    expect(() => read(text)).toThrowError(/^cannot read .*: line \d: a quote is never closed/);
  },
);

it.each([
  ['ifcfg-eth0', false],
  ['ifcfg-eth0.100', false],
  ['ifcfg-eth0~', true],
  ['ifcfg-eth0.1520871234.bak', true],
  ['ifcfg-eth0.rpmsave', true],
])('%s is a backup: %s', (name, expected) => {
  expect(isBackup(name)).toBe(expected);
});

it('sh(1) finds the same values (400 files of up to 8 lines)', () => {
  const line = fc.constantFrom(
    'A=1',
    'B="x y"',
    "C='$A \" '",
    'A="a\\"b"',
    '# A="',
    'B=a\\ b # c',
    'C=a\\\n#b',
    'export A=2 B=3',
    "A='x\ny' C=4",
    'B=',
    'A=#x; C=5',
    'C="\\$x \\\\"',
    '',
    '\t ',
  );
  const texts = fc.sample(
    fc.array(line, { maxLength: 8 }).map((lines) => `${lines.join('\n')}\n`),
    { numRuns: 400, seed: 7 },
  );
  const script = texts.map((text) => `A= B= C=\n${text}\nprintf '%s\\0%s\\0%s\\0' "$A" "$B" "$C"\n`).join('');
  const { stdout, status } = spawnSync('sh', ['-s'], { input: script, encoding: 'utf8' });
  expect(status).toBe(0);
  const withoutOwn = stdout.split('\0');
  texts.forEach((text, index) => {
    const file = readShellFile({ path, text });
    expect(
      ['A', 'B', 'C'].map((key) => valueIn(file, key) ?? ''),
      text,
    ).toEqual(withoutOwn.slice(index * 3, index * 3 + 3));
  });
});

it('any text at all is read, or refused with a clear error (10,000 cases)', () => {
  const piece = fc.constantFrom(
    'A=',
    'b',
    "'",
    '"',
    '\\',
    '\n',
    '\r\n',
    ' ',
    '#',
    ';',
    '$',
    '(',
    '\r',
    '\u00e9',
  );
  fc.assert(
    fc.property(
      fc.array(piece).map((all) => all.join('')),
      (text) => {
        try {
          const count = text.split('\n').length;
          for (const { lines } of readShellFile({ path, text }).assignments)
            expect(lines.every((line) => line < count)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'NETWORK_FILE' });
        }
      },
    ),
    { numRuns: 10_000 },
  );
});

describe('what is no blank to a shell', () => {
  const keys = (text: string) =>
    readShellFile({ path: '/x', text }).assignments.map(({ key, value }) => [key, value]);

  it('is part of a word: a no-break space, a line separator, a byte that is not UTF-8', () => {
    expect(keys('NAME=a\u00a0b\nB=c\u2028d\nC=\udcfc\n')).toEqual([
      ['NAME', 'a\u00a0b'],
      ['B', 'c\u2028d'],
      ['C', '\udcfc'],
    ]);
  });

  it('makes a command of the first line: a byte order mark; the lines after it are read', () => {
    expect(keys('\ufeff# comment\nDEVICE=eth0\n')).toEqual([['DEVICE', 'eth0']]);
    expect(keys('\ufeffDEVICE=eth0\nGATEWAY=192.0.2.1\n')).toEqual([
      ['DEVICE', undefined],
      ['GATEWAY', '192.0.2.1'],
    ]);
  });
});
