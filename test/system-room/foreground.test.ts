import { expect, it } from 'vitest';
import { exitOfKilled, terminalGroupOf } from '../../src/system/foreground.ts';

it.each([
  ['4242 (node) S 4200 4242 4200 34816 4242 4194304 1 0', 'own'],
  ['4242 (a) b (c)) R 4200 4242 4200 34816 4242 4194304', 'own'],
  ['4242 (in the background) S 4200 4242 4200 34816 4200 4194304', 'another'],
  ['4242 (without a terminal) S 1 4242 4242 0 -1 4194304', 'none'],
  ['', 'none'],
])('knows whether Ctrl-C reaches a command by its terminal: %s', (stat, expected) => {
  expect(terminalGroupOf(stat)).toBe(expected);
});

it('ends as a shell does for a program that a signal has ended', () => {
  expect([exitOfKilled('SIGINT'), exitOfKilled('SIGKILL'), exitOfKilled('SIGTERM')]).toEqual([130, 137, 143]);
});
