import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsOf } from '../../scripts/packaging/needs.ts';

/** The words of readelf -dVW, as far as they are read. */
function readelf(libraries: readonly string[], versions: readonly string[]): string {
  const needed = libraries.map(
    (name) => ` 0x0000000000000001 (NEEDED)             Shared library: [${name}]`,
  );
  return [...needed, ...versions.map((name) => `  0x0010:   Name: ${name}  Flags: none  Version: 45`)].join(
    '\n',
  );
}

const usual = [
  'GLIBC_2.17',
  'GLIBC_2.28',
  'GLIBC_2.9',
  'GLIBCXX_3.4.9',
  'GLIBCXX_3.4.21',
  'GCC_3.0',
  'GCC_3.4',
];

describe('what a binary needs', () => {
  it('is the newest version of each library that it asks for', () => {
    const libraries = [
      'libdl.so.2',
      'libstdc++.so.6',
      'libm.so.6',
      'libgcc_s.so.1',
      'libc.so.6',
      'ld-linux-x86-64.so.2',
    ];
    expect(needsOf(readelf(libraries, usual))).toEqual({
      glibc: '2.28',
      debian: ['libstdc++6 (>= 5)', 'libgcc-s1 (>= 3.4)'],
    });
  });

  it('is the same for the names of arm64, with its libatomic', () => {
    const libraries = ['libatomic.so.1', 'libc.so.6', 'ld-linux-aarch64.so.1'];
    expect(needsOf(readelf(libraries, usual))).toEqual({ glibc: '2.28', debian: ['libatomic1'] });
  });

  it('orders versions by number, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(usual, { minLength: usual.length }), (versions) => {
        expect(needsOf(readelf(['libc.so.6'], versions)).glibc).toBe('2.28');
      }),
    );
  });

  it('cannot be told for a library or a GCC that is not known', () => {
    expect(() => needsOf(readelf(['libwibble.so.1'], usual))).toThrow(
      'cannot tell which package brings libwibble.so.1',
    );
    expect(() => needsOf(readelf(['libstdc++.so.6'], ['GLIBC_2.28', 'GLIBCXX_3.4.99']))).toThrow(
      'GLIBCXX_3.4.99',
    );
    expect(() => needsOf('')).toThrow('cannot find');
  });

  it('is read from the Node that runs this', () => {
    const text = execFileSync('readelf', ['-dVW', process.execPath], { encoding: 'utf8', maxBuffer: 1e8 });
    expect(needsOf(text).glibc).toMatch(/^2\.\d+$/);
  });
});
