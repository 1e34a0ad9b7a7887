/** A source file, its path below src/. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A name, and the files that export it. */
export interface Double {
  readonly name: string;
  readonly paths: readonly string[];
}

const declared =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) ([\w$]+)/gm;

/**
 * The part of the sources whose names are its own, because no other part may import it: each stack's folder
 * (all have the same files, for the same parts), and the simulator, which shares nothing with the clients.
 */
function ownPart(path: string): string | undefined {
  return /^(network\/stacks\/(?!text\/)[^/]+|simulator)\//.exec(path)?.[1];
}

/** Whether one person may ever have to tell two files' names apart. */
function mayMeet(one: string, other: string): boolean {
  const [a, b] = [ownPart(one), ownPart(other)];
  if (a === b) return true;
  if (a === 'simulator' || b === 'simulator') return false;
  return a === undefined || b === undefined;
}

/** The names that two files export, though both may be imported by a third. */
export function doublesIn(sources: readonly Source[]): readonly Double[] {
  const byName = new Map<string, string[]>();
  for (const { path, text } of sources) {
    for (const name of new Set([...text.matchAll(declared)].map(([, one = '']) => one)))
      byName.set(name, [...(byName.get(name) ?? []), path]);
  }
  return [...byName]
    .map(([name, paths]) => ({
      name,
      paths: paths.filter((one) => paths.some((other) => other !== one && mayMeet(one, other))),
    }))
    .filter(({ paths }) => paths.length > 0)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}
