import { anyCharacter, characterOf, fitsGlob, type GlobPart, thisCharacter } from '../../../base/glob.ts';

/**
 * The glob of one path component, as glob(7) and fnmatch(3) read it: `*`, `?` and
 * `[…]`. A wildcard never matches a leading dot.
 */
export function globPattern(glob: string): { test(name: string): boolean } {
  const parts: GlobPart[] = [];
  // Without a later "]", a "[" is an ordinary character.
  const last = glob.lastIndexOf(']');
  for (let at = 0; at < glob.length; ) {
    const [, not, set] = (at < last && /^\[([!^]?)([^\]]+)\]/.exec(glob.slice(at))) || [];
    const character = String.fromCodePoint(glob.codePointAt(at) ?? 0);
    if (set !== undefined) parts.push(characterOf(set, not !== '') ?? (() => false));
    else if (character === '*') parts.push('*');
    else parts.push(character === '?' ? anyCharacter : thisCharacter(character));
    at += set === undefined ? character.length : set.length + (not ?? '').length + 2;
  }
  const isHidden = (name: string): boolean => /^[*?[]/.test(glob) && name.startsWith('.');
  return { test: (name) => !isHidden(name) && fitsGlob(parts, name) };
}

/** Whether a path component has wildcards. */
export function hasWildcard(component: string): boolean {
  return /[*?[]/.test(component);
}

/** The components of a path, without empty ones. */
export function componentsOf(path: string): string[] {
  return path.split('/').filter((component) => component !== '' && component !== '.');
}

/** Whether a whole path matches a glob, component by component, as glob(3) does. */
export function matchesGlob(path: string, glob: string): boolean {
  const components = componentsOf(path);
  const globs = componentsOf(glob);
  return (
    components.length === globs.length &&
    globs.every((one, index) => globPattern(one).test(components[index] ?? ''))
  );
}

/** The last component of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
