/** The requirements of a binary, each with the lowest version. */
export interface Needs {
  /** of glibc, such as `2.28` */
  readonly glibc: string;
  /** Debian packages of the other libraries, such as `libstdc++6 (>= 5)` */
  readonly debian: readonly string[];
}

/** The libraries of glibc itself, all in one package. */
const glibcParts = /^(libc|libm|libdl|libpthread|librt|ld-linux-[\w-]+)\.so\.\d+$/;

/**
 * libstdc++'s symbol versions and the GCC that introduced each ("ABI Policy and Guidelines" of libstdc++). A
 * newer version is an error: add a line.
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
 * Reads the output of `readelf -dVW` for a binary.
 * @throws Error for an unknown library
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

/** The highest version that `pattern` finds. */
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
