import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stackNames } from '../../../src/base/stack-names.ts';
import { stacks } from '../../../src/network/stacks/index.ts';

const root = join(import.meta.dirname, '../../..');
const schemas = join(root, 'docs/schema');

/** Every list of words in a schema that names a stack, without null. */
function listsIn(value: unknown): string[][] {
  if (Array.isArray(value)) return value.flatMap(listsIn);
  if (typeof value !== 'object' || value === null) return [];
  const { enum: words } = value as { enum?: unknown[] };
  const own = words?.includes(stackNames[0]) ? [words.filter((word) => typeof word === 'string')] : [];
  return [...own, ...Object.values(value).flatMap(listsIn)];
}

it('the table of the stacks has each name once, in the same order', () => {
  expect(stacks.map(({ name }) => name)).toEqual(stackNames);
});

it('the schemas of the documents name the same stacks', () => {
  const lists = readdirSync(schemas).flatMap((name) =>
    listsIn(JSON.parse(readFileSync(join(schemas, name), 'utf8'))).map((list) => [name, list]),
  );
  expect(lists.length).toBeGreaterThan(5);
  for (const [name, list] of lists) expect(list, String(name)).toEqual([...stackNames]);
});
