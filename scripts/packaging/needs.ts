/** What a binary needs of the system, each with the least version. */
export interface Needs {
  /** of glibc, such as `2.28` */
  readonly glibc: string;
  /** packages of Debian for the other libraries, such as `libstdc++6 (>= 5)` */
  readonly debian: readonly string[];
}

/** The libraries of glibc itself, which one package brings. */
const glibcParts = /^(libc|libm|libdl|libpthread|librt|ld-linux-[\w-]+)\.so\.\d+$/;

/**
 * libstdc++'s symbol versions and the GCC that brought them ("ABI Policy and
 * Guidelines" of libstdc++). A newer one than the last is an error: then the
 * table wants a line.
 */
const gccOf: Readonly<Record<number, string>> = {
  19: '4.8.3',
  20: '4.9',
  21: '5',
  22: '6',
  23: '7',
  24: '7.2',
  25: '8',
  26: '9',
  27: '9.2',
  28: '9.3',
};

/**
 * Reads what `readelf -dVW` says of a binary.
 * @throws Error for a library that is not known here
 */
export function needsOf(readelf: string): Needs {
  const libraries = [...readelf.matchAll(/\(NEEDED\)\s+Shared library: \[(.+?)\]/g)].map(
    ([, name = '']) => name,
  );
  const others = libraries.filter((name) => !glibcParts.test(name));
  return {
    glibc: newest(readelf, /Name: GLIBC_([\d.]+)/g),
    debian: others.map((name) => {
      if (name === 'libstdc++.so.6')
        return `libstdc++6 (>= ${gccFor(newest(readelf, /Name: GLIBCXX_([\d.]+)/g))})`;
      if (name === 'libgcc_s.so.1') return `libgcc-s1 (>= ${newest(readelf, /Name: GCC_([\d.]+)/g)})`;
      if (name === 'libatomic.so.1') return 'libatomic1';
      throw new Error(`cannot tell which package brings ${name}`);
    }),
  };
}

function gccFor(version: string): string {
  const gcc = gccOf[Number(version.split('.')[2])];
  if (gcc === undefined) throw new Error(`cannot tell which GCC brought GLIBCXX_${version}`);
  return gcc;
}

/** The highest of the versions that `pattern` finds. */
function newest(text: string, pattern: RegExp): string {
  const versions = [...text.matchAll(pattern)].map(([, version = '']) => version);
  const numbers = (version: string): number[] => version.split('.').map(Number);
  versions.sort((a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    const index = left.findIndex((part, at) => part !== right[at]);
    return index === -1 ? left.length - right.length : (left[index] ?? 0) - (right[index] ?? -1);
  });
  const last = versions.at(-1);
  if (last === undefined) throw new Error(`cannot find ${pattern} in what readelf says`);
  return last;
}
