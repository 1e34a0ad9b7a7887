import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keyfileDialect,
  lastValue,
  readIni,
  systemdDialect,
} from '../../../../src/network/stacks/text/ini.ts';
import { linesOf } from '../../../../src/network/stacks/text/marks.ts';

const path = '/etc/x';
const systemd = (text: string) => readIni({ path, text }, systemdDialect).sections;
const keyfile = (text: string) => readIni({ path, text }, keyfileDialect).sections;

describe('a file of sections', () => {
  it('has its settings below their headers, blanks around them gone', () => {
    expect(systemd('a=outside\n[Match]\n  Name = eth0  \r\n# c\n\n[Route]\nGateway=\n[Route]\n')).toEqual([
      { name: 'Match', head: [1], settings: [{ key: 'Name', value: 'eth0', lines: [2] }] },
      { name: 'Route', head: [5], settings: [{ key: 'Gateway', value: '', lines: [6] }] },
      { name: 'Route', head: [7], settings: [] },
    ]);
  });

  it('may begin with a byte order mark', () => {
    expect(systemd('\ufeff[Match]\nName=a=b')[0]?.settings).toEqual([
      { key: 'Name', value: 'a=b', lines: [1] },
    ]);
  });

  it('has the last value of a key, over several sections', () => {
    const sections = systemd('[A]\nk=1\nk=2\n[A]\nk=3\nj=4\n');
    expect([lastValue(sections, 'k'), lastValue(sections, 'j'), lastValue(sections, 'x')]).toEqual([
      '3',
      '4',
      undefined,
    ]);
  });
});

describe('for systemd', () => {
  it('a backslash continues a line, over comments, and two of them do not', () => {
    const text = '[M]\nName=a \\\n# c\\\n  ; d\n  b \\\nc\nX=1\\\\\nY=2\n# e \\\nZ=3\nLast=\\';
    expect(systemd(text)[0]?.settings).toEqual([
      { key: 'Name', value: 'a    b  c', lines: [1, 4, 5] },
      { key: 'X', value: '1\\\\', lines: [6] },
      { key: 'Y', value: '2', lines: [7] },
      { key: 'Z', value: '3', lines: [9] },
      { key: 'Last', value: '', lines: [10] },
    ]);
  });

  it('a line that is nothing is passed over, but not a header without its end', () => {
    expect(systemd('[M]\nnothing\n=x\n')).toEqual([{ name: 'M', head: [0], settings: [] }]);
    expect(() => systemd('[M]\n[Network\n')).toThrowError(
      expect.objectContaining({
        code: 'NETWORK_FILE',
        message: 'cannot read /etc/x: line 2: "[Network" does not end with "]"',
        hint: expect.stringContaining('journalctl -u systemd-networkd'),
      }),
    );
  });
});

describe('for NetworkManager', () => {
  it('a semicolon begins no comment, and a backslash continues nothing', () => {
    expect(keyfile('[a]\n;k=1\\\nj=2\n')[0]?.settings).toEqual([
      { key: ';k', value: '1\\', lines: [1] },
      { key: 'j', value: '2', lines: [2] },
    ]);
  });

  it.each(['nothing', 'k=1', '[a]\nnothing', '[a]\n[b', '[a]\n=x'])(
    '%j makes the whole file unusable',
    (text) => {
      expect(() => keyfile(text)).toThrowError(/is no section, no setting and no comment$/);
    },
  );
});

/** Without blanks, and without the backslashes that continue a line, which become blanks. */
const squeeze = (text: string): string => text.replace(/[\s\\]/g, '');

it('any text: each line belongs to one setting at most, and the lines hold what was read (10,000 cases)', () => {
  const piece = fc.constantFrom('[A]', '[', 'k=v', ' = ', '\\', '#', ';', '\n', '\n', '\r\n', '\t', '\u00e9');
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
      fc.constantFrom(systemdDialect, { ...keyfileDialect, strict: false }),
      (text, dialect) => {
        let sections: ReturnType<typeof systemd>;
        try {
          sections = readIni({ path, text }, dialect).sections;
        } catch (error) {
          expect(error).toMatchObject({ code: 'NETWORK_FILE' });
          return;
        }
        const lines = linesOf(text);
        const taken = sections.flatMap(({ head, settings }) => [
          ...head,
          ...settings.flatMap((one) => one.lines),
        ]);
        expect([...new Set(taken)].sort((a, b) => a - b)).toEqual(taken);
        for (const { name, head } of sections)
          expect(head.map((index) => squeeze(lines[index]?.text ?? '')).join('')).toContain(
            `[${squeeze(name).slice(0, 1)}`,
          );
        for (const { key, lines: own } of sections.flatMap(({ settings }) => settings))
          expect(squeeze(own.map((index) => lines[index]?.text).join(''))).toContain(squeeze(key));
      },
    ),
    { numRuns: 10_000 },
  );
});

describe('bytes that are not UTF-8', () => {
  it('are nothing in a comment', () => {
    expect(systemd('# B\udcfcro\n[Match]\n; \udce9\nName=a\n')[0]?.settings).toHaveLength(1);
    expect(keyfile('# B\udcfcro\n[connection]\nid=a\n')[0]?.settings).toHaveLength(1);
  });

  it('make systemd drop the file elsewhere, which is said with the line', () => {
    expect(() => systemd('[Match]\nName=a\n[Network]\nDescription=B\udcfcro\n')).toThrowError(
      /: line 4: it is not UTF-8 text$/,
    );
    expect(keyfile('[connection]\nid=B\udcfcro\n')[0]?.settings).toHaveLength(1);
  });
});

it('a byte order mark, which GKeyFile does not know, is said', () => {
  expect(() => keyfile('\ufeff[connection]\nid=a\n')).toThrowError(
    /: line 1: it begins with a byte order mark$/,
  );
});
