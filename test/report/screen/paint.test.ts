import { expect, it } from 'vitest';
import { paintFor } from '../../../src/report/screen/paint.ts';

const bad = (env: NodeJS.ProcessEnv, isTerminal: boolean) => paintFor(env, isTerminal)('failed', 'bad');

it('colours are for terminals that have them, and for people who want them', () => {
  expect(bad({}, true)).toBe('\u001b[31mfailed\u001b[39m');
  expect(bad({ NO_COLOR: '' }, true)).toBe('\u001b[31mfailed\u001b[39m');
  expect(bad({ NO_COLOR: '1' }, true)).toBe('failed');
  expect(bad({ TERM: 'dumb' }, true)).toBe('failed');
  expect(bad({}, false)).toBe('failed');
});

it('nothing has no colour', () => {
  expect(paintFor({}, true)('', 'good')).toBe('');
});
