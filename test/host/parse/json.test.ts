import { expect, it } from 'vitest';
import { member, objectsIn, parseJsonText, parseObject } from '../../../src/host/parse/json.ts';

it('only a member of the object itself is one', () => {
  expect(member({ a: 1 }, 'a')).toBe(1);
  expect(member({}, 'toString')).toBeUndefined();
  const document = parseObject('{"__proto__": {"region": "ord"}}');
  expect(document.kind === 'known' && member(document.value, 'region')).toBeUndefined();
});

it('a list holds the objects that are in it, and what is no list none', () => {
  expect(objectsIn([{ a: 1 }, 'x', null, [2]])).toEqual([{ a: 1 }]);
  expect(objectsIn({ 0: {} })).toEqual([]);
});

it('what is JSON but is not parsed is told as what it is', () => {
  const deep = '['.repeat(101) + ']'.repeat(101);
  expect(parseJsonText(deep)).toEqual({ kind: 'unknown', why: 'it is nested more than 100 levels deep' });
  expect(parseJsonText('[')).toEqual({ kind: 'unknown', why: 'it is not JSON' });
});
