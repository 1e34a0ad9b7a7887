import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, readInterfacesFile } from '../../../../src/network/stacks/ifupdown/file.ts';
import { linesOf } from '../../../../src/network/stacks/text/marks.ts';

const path = '/etc/network/interfaces';

function kinds(text: string): string[] {
  return entriesOf(text).map(({ kind, word, rest }) => `${kind}|${word}|${rest}`);
}

/** The bare words of each stanza. */
function stanzasOf(text: string): string[][] {
  return readInterfacesFile({ path, text }).stanzas.map(({ bare }) => bare.map(({ word }) => word));
}

describe('a line of interfaces(5)', () => {
  it('is told apart as ifupdown does it', () => {
    const text = [
      '# comment',
      '',
      'auto lo eth0',
      '\tiface  eth0\tinet static',
      '  address 10.0.0.1/24  ',
      'auto',
      '  gateway 10.0.0.254',
      'source interfaces.d/*',
      'source-directory interfaces.d',
      'mapping eth2',
      '  script /bin/x',
      '  map a b',
      'no-scripts eth0',
      '',
    ].join('\n');
    expect(kinds(text)).toEqual([
      'blank||',
      'blank||',
      'keyword|auto|lo eth0',
      'iface|iface|eth0\tinet static',
      'option|address|10.0.0.1/24',
      'keyword|auto|',
      'option|gateway|10.0.0.254',
      'source|source|interfaces.d/*',
      'source-directory|source-directory|interfaces.d',
      'mapping|mapping|eth2',
      'mapping-option|script|/bin/x',
      'mapping-option|map|a b',
      'keyword|no-scripts|eth0',
    ]);
  });

  it('without names belongs to the stanza around it, except "rename", which ends the stanza', () => {
    const lineAfter = (word: string) =>
      kinds(`iface eth0 inet static\n ${word}\n gateway 10.0.0.254\n`).at(-1);
    for (const word of ['auto', 'allow-auto', 'allow-hotplug', 'allow-ovs', 'no-auto-down', 'no-scripts'])
      expect(lineAfter(word), word).toBe('option|gateway|10.0.0.254');
    for (const word of ['rename', 'auto eth1', 'no-scripts eth0'])
      expect(lineAfter(word), word).toBe('misplaced|gateway|10.0.0.254');
    expect(stanzasOf('iface eth0 inet manual\n rename\n auto\n')).toEqual([[]]);
  });

  it('goes on after a backslash, with a # inside it that is no comment', () => {
    expect(kinds('iface eth0 inet \\\nstatic\n  up echo a \\\n# b\n')).toEqual([
      'iface|iface|eth0 inet static',
      'option|up|echo a # b',
    ]);
  });

  it('does not go on after the backslash of a comment, nor after one before CRLF', () => {
    expect(kinds('# a \\\nauto eth0\n')).toEqual(['blank||', 'keyword|auto|eth0']);
    expect(kinds('iface e inet manual\r\n up a \\\r\n up b\r\n')).toEqual([
      'iface|iface|e inet manual',
      'option|up|a \\',
      'option|up|b',
    ]);
  });
});

describe('a file', () => {
  it('has its stanzas, with what they inherit', () => {
    const { stanzas } = readInterfacesFile({
      path,
      text: 'iface a inet static\n mtu 1\niface b inherits a\niface c inet static inherits a\n',
    });
    expect(stanzas.map(({ name, family, method, inherits }) => ({ name, family, method, inherits }))).toEqual(
      [
        { name: 'a', family: 'inet', method: 'static', inherits: undefined },
        { name: 'b', family: undefined, method: undefined, inherits: 'a' },
        { name: 'c', family: 'inet', method: 'static', inherits: 'a' },
      ],
    );
    expect(stanzas[0]?.options.map(({ word }) => word)).toEqual(['mtu']);
  });

  it('inherits nothing by a word in a place where ifupdown passes it over', () => {
    const { stanzas } = readInterfacesFile({ path, text: 'iface a inet static b inherits c\n' });
    expect(stanzas[0]?.inherits).toBeUndefined();
  });

  it.each([
    ['address 10.0.0.1\n', 1, '"address" belongs to no iface line'],
    ['iface eth0 inet static\nauto eth0\naddress 10.0.0.1\n', 3, '"address" belongs to no iface line'],
    ['mapping eth0\n address 1\n', 2, '"address" belongs to no iface line'],
    ['iface eth0 inet static\n  gateway\n', 2, '"gateway" has no value'],
    ['\niface\n', 2, '"iface" names no interface'],
    ['iface eth0 inet\n', 1, '"iface eth0" lacks its family or method'],
    ['iface eth0 inherits\n', 1, '"inherits" names no stanza'],
  ])('%j is refused, as ifupdown refuses it', (text, line, reason) => {
    expect(() => readInterfacesFile({ path, text })).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: `cannot read ${path}: line ${line}: ${reason}`,
      }),
    );
  });
});

it('parsing loses nothing: putting the lines together gives any text back (20,000 cases)', () => {
  const piece = fc.constantFrom(
    'iface e inet static',
    '\t',
    ' ',
    '\\',
    '\n',
    '\r\n',
    '\r',
    '#',
    'auto',
    'up x',
    'source a',
    '\u00e9',
    'gateway 1.1.1.1',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        const entries = entriesOf(text);
        expect(
          entries
            .flatMap(({ lines }) => lines)
            .map((line) => line.text + line.ending)
            .join(''),
        ).toBe(text);
        expect(entries.map(({ number }) => number)).toEqual(numbersOf(text, entries));
      },
    ),
    { numRuns: 20_000 },
  );
});

function numbersOf(text: string, entries: ReturnType<typeof entriesOf>): number[] {
  const starts = new Map(linesOf(text).map(({ start }, index) => [start, index + 1]));
  return entries.map(({ lines }) => starts.get(lines[0]?.start ?? -1) ?? 0);
}

it('a byte order mark, for which ifupdown drops the whole file, is said', () => {
  expect(() => readInterfacesFile({ path: '/x', text: '\ufeff# public\nauto eth0\n' })).toThrowError(
    'cannot read /x: line 1: it begins with a byte order mark',
  );
});
