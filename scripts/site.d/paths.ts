import { posix } from 'node:path';

/** Where a link of a page leads: a path in the project, and a place on that page. */
export interface Target {
  readonly path: string;
  readonly anchor: string | undefined;
}

/** What a link of a page leads to; undefined: it leads to another site. */
export function targetOf(page: string, link: string): Target | undefined {
  if (/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(link)) return undefined;
  const [path = '', anchor] = link.split('#', 2);
  if (path === '') return { path: page, anchor };
  return { path: posix.join(posix.dirname(page), decodeURIComponent(path)).replace(/\/$/, ''), anchor };
}

const isPicture = (path: string): boolean => /\.(?:svg|png)$/.test(path);

/** What a path of the project is on the site. */
export type Kind = 'page' | 'picture' | 'file' | 'folder';

/** The kind of a path that is no folder. */
export function kindOf(path: string): Exclude<Kind, 'folder'> {
  if (path.endsWith('.md')) return 'page';
  return isPicture(path) ? 'picture' : 'file';
}

/** The file of the site for a path of the project. README is what one sees first. */
export function outputOf(path: string, kind: Kind): string {
  if (path === 'README.md') return 'index.html';
  if (kind === 'page') return path.replace(/\.md$/, '.html');
  if (kind === 'folder') return posix.join(path, 'index.html');
  return kind === 'picture' ? path : `${path}.html`;
}

/** The link from one file of the site to another. It holds below any path, and without a server. */
export function linkBetween(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.split('/').map(encodeURIComponent).join('/');
}
