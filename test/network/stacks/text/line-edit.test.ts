import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editLines, type LineEdit, ownLines } from '../../../../src/network/stacks/text/line-edit.ts';
import { linesOf } from '../../../../src/network/stacks/text/marks.ts';
import { undo } from '../../change/undo.ts';

const hasOwnForm = (line: string) => line.trim().startsWith('gw=');
const mark = '# rc-wait added the next line';

function edit(text: string, part: Partial<LineEdit>): string {
  return editLines(text, { off: new Set(), gone: new Set(), added: [], ...part }, hasOwnForm);
}

describe('a line', () => {
  it('that is put out of use stays behind a mark', () => {
    expect(edit('a\r\n b\r\nc', { off: new Set([1]) })).toBe('a\r\n# rc-wait off:  b\r\nc');
  });

  it('is added below a mark, indented as itself and ended as the others', () => {
    expect(edit('a\r\nb\r\n', { added: [{ after: 0, text: '\tgw=1' }] })).toBe(
      `a\r\n\t${mark}\r\n\tgw=1\r\nb\r\n`,
    );
  });

  it('is added at the top, at the end, and to nothing', () => {
    expect(edit('a', { added: [{ after: -1, text: 'gw=1' }] })).toBe(`${mark}\ngw=1\na`);
    expect(edit('a', { added: [{ after: 0, text: 'gw=1' }] })).toBe(`a\n${mark}\ngw=1`);
    expect(edit('', { added: [{ after: -1, text: 'gw=1' }] })).toBe(`${mark}\ngw=1\n`);
  });

  it('that is ours goes with its mark', () => {
    const text = `a\n${mark}\ngw=1\nb\n`;
    expect([...ownLines(text, hasOwnForm)]).toEqual([2]);
    expect(edit(text, { gone: new Set([2]) })).toBe('a\nb\n');
  });

  it('below a mark that is not of our form is not ours, and the mark goes with the next edit', () => {
    const text = `a\n${mark}\nb\n${mark}`;
    expect([...ownLines(text, hasOwnForm)]).toEqual([]);
    expect(edit(text, {})).toBe(text);
    expect(edit(text, { off: new Set([0]) })).toBe('# rc-wait off: a\nb');
  });
});

it('a mark after a backslash stays: without it the line before it would go on with the next', () => {
  const text = `a\\\n${mark}\nb\n`;
  expect(edit(text, { off: new Set([2]) })).toBe(`a\\\n${mark}\n# rc-wait off: b\n`);
});

it('any text and any edit: other lines stay byte for byte, and it can be undone (10,000 cases)', () => {
  const texts = fc
    .array(fc.constantFrom('a', 'gw=2', ' ', '\t# x', '[b]', '\n', '\n', '\r\n', '\\', '\u00e9'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, fc.array(fc.nat({ max: 12 })), fc.array(fc.nat({ max: 12 })), (text, offs, adds) => {
      const count = linesOf(text).length;
      const off = new Set(offs.filter((index) => index < count));
      const added = adds
        .filter((index) => index <= count && (count > 0 || index === 0))
        .map((index) => ({ after: index - 1, text: ' gw=1' }));
      const after = edit(text, { off, added });
      expect(undo(after)).toBe(text);
      expect(ownLines(after, hasOwnForm).size).toBe(added.length);
      expect(edit(after, { gone: ownLines(after, hasOwnForm) })).toBe(edit(text, { off }));
    }),
    { numRuns: 10_000 },
  );
});
