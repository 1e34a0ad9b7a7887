/** A source file that loads others only when it needs them. */
export interface Doors {
  readonly path: string;
  /** how many `import()` it has */
  readonly count: number;
}

/** The files with `import()`, those with the most first. Types (`typeof import()`) and comments do not count. */
export function doorsIn(
  sources: readonly { readonly path: string; readonly text: string }[],
): readonly Doors[] {
  return sources
    .map(({ path, text }) => ({ path, count: countIn(text) }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => other.count - one.count || (one.path < other.path ? -1 : 1));
}

function countIn(text: string): number {
  const code = text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line))
    .join('\n');
  return [...code.matchAll(/(?<!\btypeof\s+)\bimport\s*\(/g)].length;
}
