import { expect, it } from 'vitest';
import { parsed, type Reading } from '../../src/base/reading.ts';

const length = (text: string) =>
  text === ''
    ? ({ kind: 'absent', why: 'it is empty' } as const)
    : ({ kind: 'known', value: text.length } as const);

it('keeps where it was read, with its meaning', () => {
  expect(parsed({ kind: 'known', value: 'abc', where: '/x' }, length)).toEqual({
    kind: 'known',
    value: 3,
    where: '/x',
  });
});

it('says where nothing is said', () => {
  expect(parsed({ kind: 'known', value: '', where: '/x' }, length)).toEqual({
    kind: 'absent',
    why: '/x: it is empty',
  });
});

it('never makes "could not be read" into "there is none", nor the other way round', () => {
  const unreadable: Reading<string> = { kind: 'unknown', why: 'permission denied', lasting: true };
  expect(parsed(unreadable, length)).toBe(unreadable);
  const none: Reading<string> = { kind: 'absent', why: 'no such key' };
  expect(parsed(none, length)).toBe(none);
});
