import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutLine, paint, rowsTaken, unpainted, widthOfLine, wrap } from '../../../src/report/screen/text.ts';
import { clean } from '../../../src/report/words.ts';
import { columnsOf, hostileText } from '../text.ts';

describe('text in lines', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['one two three', 80, ['one two three']],
    ['abcdefghij kl', 4, ['abcd', 'efgh', 'ij', 'kl']],
    ['a abcdefgh', 4, ['a', 'abcd', 'efgh']],
    ['服务器', 4, ['服务', '器']],
    ['e\u0301e\u0301e\u0301', 4, ['e\u0301e\u0301', 'e\u0301']],
    ['', 4, []],
    ['服', 1, ['…']],
    ['ab', 0, ['a', 'b']],
  ])('%s in %d columns', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  it('is whole and fits, whatever it is', () => {
    fc.assert(
      fc.property(hostileText.map(clean), fc.integer({ min: 2, max: 60 }), (text, width) => {
        const lines = wrap(text, width);
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });
});

describe('a line of several parts', () => {
  const line = [{ text: 'RackConnect: ' }, { text: 'FAILED', tone: 'bad' as const }, { text: ' after 3 s' }];

  it('is cut in whichever part it becomes too long', () => {
    expect(paint(cutLine(line, 29), false)).toBe('RackConnect: FAILED after 3 s');
    expect(paint(cutLine(line, 16), false)).toBe('RackConnect: FA…');
    expect(paint(cutLine(line, 20), false)).toBe('RackConnect: FAILED…');
    expect(paint(cutLine(line, 0), false)).toBe('');
  });

  it('has colours only where the terminal has them, and they take no room', () => {
    const painted = paint(line, true);
    expect(painted).toBe('RackConnect: \u001b[1;31mFAILED\u001b[0m after 3 s');
    expect(unpainted(painted)).toBe(paint(line, false));
    expect(rowsTaken(painted, widthOfLine(line))).toBe(1);
    expect(rowsTaken(painted, 10)).toBe(3);
    expect(rowsTaken('', 10)).toBe(1);
  });
});
