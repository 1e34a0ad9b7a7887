import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOne } from '../../src/openstack/servers.ts';
import { checkFound, matcherOf, onlyIds, type Selection } from '../../src/remote/select.ts';

const select = (part: Partial<Selection>): Selection => ({
  named: [],
  all: false,
  globs: [],
  metadata: [],
  ...part,
});
const id = '0A0B0C0D-0000-4000-8000-000000000001';

/** Whether a server of this name is meant. */
function isSelected(
  selection: Partial<Selection>,
  name: string,
  metadata: Record<string, string> = {},
): boolean {
  const server = readOne(
    JSON.stringify({ server: { id: id.toLowerCase(), name, status: 'ACTIVE', metadata } }),
  );
  return server !== undefined && matcherOf(select(selection))(server);
}

describe('a server is meant', () => {
  it.each<[string, Partial<Selection>, string, boolean]>([
    ['by its name', { named: ['web'] }, 'web', true],
    ['by its whole name alone', { named: ['web'] }, 'web-1', false],
    ['by its id in any case', { named: [id] }, 'any', true],
    ['as one of all', { all: true }, 'any', true],
    ['by a pattern', { globs: ['web-*'] }, 'web-1', true],
    ['by one of several', { globs: ['a', 'web-?'] }, 'web-1', true],
    ['by a set', { globs: ['db-[12]'] }, 'db-2', true],
    ['not by one that excludes it', { globs: ['db-[!12]'] }, 'db-2', false],
    ['by letters that a pattern could be made of', { globs: ['a.b+c(d)|e'] }, 'a.b+c(d)|e', true],
    ['not by what such letters would mean', { globs: ['a.b'] }, 'axb', false],
    ['by a bracket that is never closed', { globs: ['a[b'] }, 'a[b', true],
    ['by nothing', {}, 'web', false],
  ])('%s', (_, selection, name, expected) => {
    expect(isSelected(selection, name)).toBe(expected);
  });

  it('by its metadata, all of it, and by its name too', () => {
    const metadata = { stack: 'shop', role: 'web' };
    const both: Partial<Selection> = {
      metadata: [
        ['stack', 'shop'],
        ['role', 'web'],
      ],
    };
    expect(isSelected(both, 'a', metadata)).toBe(true);
    expect(isSelected(both, 'a', { stack: 'shop' })).toBe(false);
    expect(isSelected({ ...both, globs: ['b*'] }, 'a', metadata)).toBe(false);
    expect(isSelected({ ...both, named: ['a'] }, 'a')).toBe(true);
  });

  it('by a pattern exactly as a simple walk through it says', () => {
    const letter = fc.constantFrom('a', 'b', '-');
    const walk = (glob: string, name: string): boolean =>
      glob === ''
        ? name === ''
        : glob[0] === '*'
          ? walk(glob.slice(1), name) || (name !== '' && walk(glob, name.slice(1)))
          : name !== '' && (glob[0] === '?' || glob[0] === name[0]) && walk(glob.slice(1), name.slice(1));
    const globs = fc.string({ unit: fc.oneof(letter, fc.constantFrom('*', '?')), maxLength: 8 });
    fc.assert(
      fc.property(globs, fc.string({ unit: letter, maxLength: 8 }), (glob, name) => {
        fc.pre(glob !== '');
        expect(isSelected({ globs: [glob] }, name)).toBe(walk(glob, name));
      }),
    );
  });

  it('not at all by a range that runs backwards, which is said', () => {
    expect(() => isSelected({ globs: ['db-[9-1]'] }, 'db-2')).toThrowError(
      expect.objectContaining({
        code: 'USAGE',
        message: expect.stringMatching(/^cannot use --name db-\[9-1\]: /),
      }),
    );
  });

  it('never by a pattern that breaks', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (glob, name) => {
        try {
          isSelected({ globs: [glob] }, name);
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' });
        }
      }),
    );
  });
});

it('ids alone need no list', () => {
  expect(onlyIds(select({ named: [id] }))).toEqual([id.toLowerCase()]);
  for (const other of [
    { named: [id, 'web'] },
    { named: [id], all: true },
    { named: [] },
    { named: [id], globs: ['*'] },
  ])
    expect(onlyIds(select(other))).toBeUndefined();
});

describe('what was found', () => {
  const found = [
    { id: '1', name: 'web', region: 'ORD' },
    { id: '2', name: 'web', region: 'DFW' },
    { id: '3', name: 'db', region: 'ORD' },
  ];
  const check =
    (part: Partial<Selection>, servers = found) =>
    () =>
      checkFound(select(part), servers, ['ORD', 'DFW']);

  it.each<[string, () => void, string]>([
    [
      'lacks what was named',
      check({ named: ['db', 'x', 'y'] }),
      'cannot wait for x, y: no such server in ORD, DFW',
    ],
    ['has a name twice', check({ named: ['web'] }), 'cannot wait for web: 2 servers have that name'],
    ['is nothing', check({ all: true }, []), 'cannot wait: no server in ORD, DFW fits'],
    [
      'lacks a great many',
      check({ named: Array.from({ length: 12 }, (_, index) => `s${index}`) }),
      'cannot wait for s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more: no such server in ORD, DFW',
    ],
  ])('%s', (_, work, message) => {
    expect(work).toThrowError(expect.objectContaining({ code: 'CONFIGURATION', message }));
  });

  it('is what was meant', () => {
    expect(check({ named: ['db', '1'] })).not.toThrow();
    expect(check({ all: true })).not.toThrow();
  });
});
