import type { Group } from './contents.ts';
import { escaped } from './html.ts';
import { linkBetween } from './paths.ts';
import type { Heading } from './render.ts';

/** A page of the site. */
export interface SitePage {
  /** its path in the project */
  readonly source: string;
  /** its file on the site */
  readonly output: string;
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly html: string;
}

/** What all pages of the site share. */
export interface Site {
  readonly version: string;
  readonly contents: readonly Group[];
  /** each page that the contents name */
  readonly pages: ReadonlyMap<string, Pick<SitePage, 'output' | 'title'>>;
}

/**
 * Nothing comes from elsewhere, and no style or script stands in a page. `file:` is for a site that is opened without a
 * server: whether 'self' covers that differs between browsers.
 */
const policy =
  "default-src 'none'; script-src 'self' file:; style-src 'self' file:; img-src 'self' file: data:; base-uri 'none'; form-action 'none'";

/** The whole text of a page. */
export function layoutPage(page: SitePage, site: Site): string {
  const { output, title, html } = page;
  const to = (path: string): string => linkBetween(output, path);
  const name = output === 'index.html' ? title : `${title} – rc-wait`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(name)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${to('assets/site.css')}">
<script defer src="${to('assets/site.js')}"></script>
</head>
<body>
<a class="skip" href="#content">To the text</a>
<header>
<a class="name" href="${to('index.html')}">rc-wait</a>
<a class="to-pages" href="#pages">Pages</a>
<div class="search" hidden>
<input id="search" type="search" placeholder="Search (press /)" aria-label="Search" aria-controls="results" autocomplete="off"
data-index="${to('assets/search-index.js')}" data-root="${to('index.html')}">
<ol id="results" hidden></ol>
</div>
</header>
<div class="columns">
<main id="content">
${html}${neighbours(page, site)}</main>
${headingsText(page.headings)}<nav id="pages" aria-label="Pages">
${contentsText(page, site)}</nav>
</div>
<footer>rc-wait ${escaped(site.version)}. This page is made of <code>${escaped(page.source)}</code>.</footer>
</body>
</html>
`;
}

function contentsText({ source, output }: SitePage, { contents, pages }: Site): string {
  return contents
    .map(({ title, pages: paths }) => {
      const items = paths.map((path) => {
        const current = path === source ? ' aria-current="page"' : '';
        const { output: to, title: name } = pages.get(path) ?? { output: path, title: path };
        return `<li><a href="${linkBetween(output, to)}"${current}>${escaped(name)}</a></li>\n`;
      });
      return `<h2>${escaped(title)}</h2>\n<ul>\n${items.join('')}</ul>\n`;
    })
    .join('');
}

/** The headings below the title, where there is more than one. */
function headingsText(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return '';
  const items = shown.map(
    ({ level, text, anchor }) =>
      `<li class="level-${level}"><a href="#${escaped(anchor)}">${escaped(text)}</a></li>\n`,
  );
  return `<aside aria-label="On this page"><h2>On this page</h2>\n<ul>\n${items.join('')}</ul>\n</aside>\n`;
}

/** Links to the pages before and after this one, in the order of the contents. */
function neighbours({ source, output }: SitePage, { contents, pages }: Site): string {
  const order = contents.flatMap((group) => group.pages);
  const at = order.indexOf(source);
  if (at === -1) return '';
  const link = (path: string | undefined, rel: string): string => {
    const page = path === undefined ? undefined : pages.get(path);
    if (page === undefined) return '';
    return `<a rel="${rel}" href="${linkBetween(output, page.output)}">${escaped(page.title)}</a>\n`;
  };
  return `<div class="neighbours">\n${link(order[at - 1], 'prev')}${link(order[at + 1], 'next')}</div>\n`;
}
