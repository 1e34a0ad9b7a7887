import { expect, it } from 'vitest';
import { type ColourChoice, hasColour } from '../../../src/report/screen/colour.ts';

it.each<[ColourChoice, Record<string, string>, boolean, boolean]>([
  ['auto', { TERM: 'xterm' }, true, true],
  ['auto', { TERM: 'xterm' }, false, false],
  ['auto', { TERM: 'xterm', NO_COLOR: '1' }, true, false],
  ['auto', { TERM: 'xterm', NO_COLOR: '' }, true, true],
  ['auto', { TERM: 'dumb' }, true, false],
  ['always', { TERM: 'dumb', NO_COLOR: '1' }, false, true],
  ['never', { TERM: 'xterm' }, true, false],
])('--color %s, with %o, on a terminal: %s → colours: %s', (choice, env, isTerminal, expected) => {
  expect(hasColour(choice, env, isTerminal)).toBe(expected);
});
