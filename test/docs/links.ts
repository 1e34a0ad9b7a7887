import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorsIn } from './markdown.ts';

/** Whether a link leads to another site. */
export const isElsewhere = (link: string): boolean => /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(link);

/** Where a link of a page leads; both paths are relative to the same folder. */
export function targetOf(
  page: string,
  link: string,
): { readonly path: string; readonly anchor: string | undefined } {
  const [path = '', anchor] = link.split('#', 2);
  return { path: path === '' ? page : join(dirname(page), decodeURIComponent(path)), anchor };
}

/** What is wrong with a link of a page below `root`; undefined: it holds. Pages elsewhere are not asked for. */
export function faultOfLink(root: string, page: string, link: string): string | undefined {
  if (isElsewhere(link)) return /^(?:https:\/\/|mailto:)/.test(link) ? undefined : 'neither https nor a path';
  const { path, anchor } = targetOf(page, link);
  if (path.startsWith('..') || link.startsWith('/')) return 'leads out of the folder';
  if (!existsSync(join(root, path))) return 'there is no such file';
  if (anchor === undefined) return undefined;
  if (!path.endsWith('.md')) return 'only a page has anchors';
  return anchorsIn(readFileSync(join(root, path), 'utf8')).includes(anchor)
    ? undefined
    : `${path} has no such anchor`;
}
