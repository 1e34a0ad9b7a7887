import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hookNames } from '../../../src/announce/hooks/names.ts';

it('run-parts’ names and those with dots are hooks, in the order of the C locale', () => {
  expect(hookNames(['b', '10-notify.sh', 'B', '9-x', '10-notify', 'a_b', '-x', 'a'])).toEqual([
    '-x',
    '10-notify',
    '10-notify.sh',
    '9-x',
    'B',
    'a',
    'a_b',
    'b',
  ]);
});

it.each([
  '10-notify.bak',
  '10-notify.sh.orig',
  '10-notify~',
  '#10-notify#',
  '.10-notify',
  '..',
  '10-notify.dpkg-old',
  '10-notify.dpkg-new',
  '10-notify.ucf-dist',
  '10-notify.rpmsave',
  '10-notify.swp',
  '10-notify.disabled',
  '10 notify',
  'nötify',
  'a\nb',
  '',
])('%j was put away, or is no name of a hook', (name) => {
  expect(hookNames([name])).toEqual([]);
});

it('no name is made up or told twice, and the order does not depend on that of the folder', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-zA-Z0-9_.~ -]{0,8}$/)), (names) => {
      const hooks = hookNames(names);
      expect(hooks).toEqual(hookNames(names.toReversed()));
      for (const name of hooks) expect(names).toContain(name);
      expect(new Set(hooks).size).toBe(hooks.length);
      for (const name of hooks)
        expect(Buffer.compare(Buffer.from(hooks[0] ?? ''), Buffer.from(name))).toBeLessThan(1);
    }),
  );
});
