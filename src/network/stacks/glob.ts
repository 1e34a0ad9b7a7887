/**
 * The regular expression of one path component's glob, as glob(7) and fnmatch(3)
 * read it: `*`, `?` and `[…]`. A leading dot is never matched by a wildcard.
 */
export function globPattern(glob: string): RegExp {
  const body = glob.replace(
    /\[([!^]?)([^\]]+)\]|[\s\S]/g,
    (token, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\^]/g, '\\$&')}]`;
      if (token === '*') return '.*';
      if (token === '?') return '.';
      return token.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    },
  );
  return new RegExp(`^${/^[*?[]/.test(glob) ? '(?!\\.)' : ''}${body}$`);
}

/** Whether a path component has wildcards. */
export function hasWildcard(component: string): boolean {
  return /[*?[]/.test(component);
}

/** The path's components after the root; no empty ones. */
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
