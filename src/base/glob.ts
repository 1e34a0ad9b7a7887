/** Whether one character matches. */
type CharacterTest = (character: string) => boolean;

/** A part of a glob: `*`, or one character. */
export type GlobPart = '*' | CharacterTest;

/**
 * Whether a whole text matches a glob. Backtracks to the last `*` only, so it takes at most the product of both
 * lengths; a regular expression would try all ways to divide the text between the stars.
 */
export function fitsGlob(parts: readonly GlobPart[], text: string): boolean {
  const characters = [...text];
  let at = 0;
  let part = 0;
  let star: { readonly part: number; at: number } | undefined;
  while (at < characters.length) {
    const fits = parts[part];
    if (fits === '*') {
      star = { part, at };
      part += 1;
    } else if (fits?.(characters[at] ?? '')) {
      at += 1;
      part += 1;
    } else if (star !== undefined) {
      star.at += 1;
      at = star.at;
      part = star.part + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}

/** Any one character. */
export const anyCharacter: CharacterTest = () => true;

/** Exactly this character. */
export function thisCharacter(wanted: string): CharacterTest {
  return (character) => character === wanted;
}

/**
 * One character of a set such as `a-z_`, or with `not` any other character.
 * @returns undefined for a reversed range, as `z-a`
 */
export function characterOf(set: string, not: boolean): CharacterTest | undefined {
  const characters = [...set];
  const singles = new Set<string>();
  const ranges: (readonly [from: number, to: number])[] = [];
  const code = (character: string | undefined): number => character?.codePointAt(0) ?? 0;
  for (let at = 0; at < characters.length; at += 1) {
    const isRange = characters[at + 1] === '-' && at + 2 < characters.length;
    if (isRange) {
      const [from, to] = [code(characters[at]), code(characters[at + 2])];
      if (from > to) return undefined;
      ranges.push([from, to]);
      at += 2;
    } else singles.add(characters[at] ?? '');
  }
  return (character) => {
    const value = code(character);
    return (singles.has(character) || ranges.some(([from, to]) => from <= value && value <= to)) !== not;
  };
}
