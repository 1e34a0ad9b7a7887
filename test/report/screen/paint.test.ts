import { expect, it } from 'vitest';
import { colourPaint, plainPaint } from '../../../src/report/screen/paint.ts';

it('a tone is a colour on a terminal, and nothing elsewhere', () => {
  expect(colourPaint('failed', 'bad')).toBe('\u001b[1;31mfailed\u001b[0m');
  expect(plainPaint('failed', 'bad')).toBe('failed');
});

it('nothing has no colour', () => {
  expect(colourPaint('', 'good')).toBe('');
});
