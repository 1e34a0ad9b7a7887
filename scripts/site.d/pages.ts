import { basename } from 'node:path';
import { contentsOf } from './contents.ts';
import { escaped } from './html.ts';
import { layoutPage, type SitePage } from './layout.ts';
import { linkBetween, outputOf, targetOf } from './paths.ts';
import { type Found, indexOf } from './search.ts';
import type { Source } from './sources.ts';

/** Files of the site, by their paths on it. */
export type SiteFiles = ReadonlyMap<string, string | Buffer>;

/** The pages and pictures of the site, and what its search reads: all but the script and the style sheet. Pure. */
export function makePages(sources: ReadonlyMap<string, Source>, version: string): SiteFiles {
  const pages = [...sources].flatMap(([path, source]) => pageOf(path, source, sources) ?? []);
  const byPath = new Map(pages.map((page) => [page.source, page]));
  // Examples are found by the pages that name them.
  const listed = [...byPath.keys()].filter((path) => /\.md$|^LICENSE$|^docs\/schema$/.test(path));
  const site = { version, contents: contentsOf(listed), pages: byPath };
  const pictures = [...sources].flatMap(([path, source]) =>
    source.kind === 'picture' ? [[path, source.content] as const] : [],
  );
  const index = indexOf([...sources].flatMap(([path, source]) => sectionsOf(path, source)));
  return new Map<string, string | Buffer>([
    ...pages.map((page) => [page.output, layoutPage(page, site)] as const),
    ...pictures,
    // A script and not JSON: no browser lets a page that was opened without a server read another file.
    ['assets/search-index.js', `globalThis.rcWaitIndex=${JSON.stringify(index)};\n`],
  ]);
}

/** A path of the project as a page; undefined: it is a picture. */
function pageOf(path: string, source: Source, sources: ReadonlyMap<string, Source>): SitePage | undefined {
  if (source.kind === 'picture') return undefined;
  const output = outputOf(path, source.kind);
  const linkOf = (link: string): string => {
    const target = targetOf(path, link);
    const kind = target && sources.get(target.path)?.kind;
    if (target === undefined || kind === undefined) return link;
    const anchor = target.anchor === undefined ? '' : `#${target.anchor}`;
    return target.path === path
      ? anchor || link
      : `${linkBetween(output, outputOf(target.path, kind))}${anchor}`;
  };
  if (source.kind === 'page') {
    const { title, headings, html } = source.reading;
    return { source: path, output, title, headings, html: html(linkOf) };
  }
  const plain = { source: path, output, title: basename(path), headings: [] };
  const heading = `<h1>${escaped(path)}</h1>\n`;
  if ('content' in source) {
    const text = source.content.toString('utf8');
    return { ...plain, html: `${heading}<pre><code>${escaped(text)}</code></pre>\n` };
  }
  const items = source.names.map(
    (name) => `<li><a href="${linkOf(`${basename(path)}/${name}`)}">${escaped(name)}</a></li>\n`,
  );
  return { ...plain, html: `${heading}<ul>\n${items.join('')}</ul>\n` };
}

function sectionsOf(path: string, source: Source): readonly Found[] {
  if (source.kind !== 'page') return [];
  const { title, sections } = source.reading;
  const output = outputOf(path, 'page');
  return sections.map(({ heading, text }) => ({
    id: heading === undefined ? output : `${output}#${heading.anchor}`,
    title: heading?.text ?? title,
    page: title,
    text,
  }));
}
