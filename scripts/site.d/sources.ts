import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf, targetOf } from './paths.ts';
import { type Reading, readPage } from './render.ts';

/** Something of the project that the site shows. */
export type Source =
  | { readonly kind: 'page'; readonly reading: Reading }
  | { readonly kind: 'picture' | 'file'; readonly content: Buffer }
  | { readonly kind: 'folder'; readonly names: readonly string[] };

/**
 * Reads README.md and everything that it leads to, link by link, by their paths in the project.
 * @throws Error for a link that leads nowhere
 */
export function readSources(root: string): ReadonlyMap<string, Source> {
  const found = new Map<string, Source>();
  const queue = [{ path: 'README.md', from: 'the site' }];
  for (const { path, from } of queue) {
    if (found.has(path)) continue;
    if (path.startsWith('..') || !existsSync(join(root, path)))
      throw new Error(`${from} leads to ${path}: there is no such file in the project`);
    const source = readSource(root, path);
    found.set(path, source);
    queue.push(...leadsOf(path, source).map((to) => ({ path: to, from: path })));
  }
  return found;
}

function readSource(root: string, path: string): Source {
  const whole = join(root, path);
  if (statSync(whole).isDirectory()) return { kind: 'folder', names: readdirSync(whole).sort() };
  const kind = kindOf(path);
  if (kind === 'page') return { kind, reading: readPage(readFileSync(whole, 'utf8')) };
  return { kind, content: readFileSync(whole) };
}

function leadsOf(path: string, source: Source): readonly string[] {
  if (source.kind === 'folder') return source.names.map((name) => `${path}/${name}`);
  if (source.kind !== 'page') return [];
  return source.reading.links.flatMap((link) => targetOf(path, link)?.path ?? []);
}
