import GithubSlugger from 'github-slugger';
import MarkdownIt, { type Token } from 'markdown-it';

/** A heading, and where it is. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

/** What stands below a heading, for the search. */
interface Section {
  /** undefined: before the first heading */
  readonly heading: Heading | undefined;
  readonly text: string;
}

/** A page that was read. */
export interface Reading {
  /** its first heading */
  readonly title: string;
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
  /** the destinations of its links and pictures, as they are written */
  readonly links: readonly string[];
  /** its HTML, with each link replaced */
  readonly html: (linkOf: (link: string) => string) => string;
}

// The pages are the project's own: what is HTML in them stays HTML.
const markdown = new MarkdownIt({ html: true });
const { rules } = markdown.renderer;
rules.table_open = () => '<div class="table"><table>\n';
rules.table_close = () => '</table></div>\n';
rules.heading_close = (tokens, index) => {
  const open = tokens[index - 2];
  const mark =
    open?.tag === 'h1'
      ? ''
      : ` <a class="anchor" href="#${open?.attrGet('id')}" aria-label="Link to here">#</a>`;
  return `${mark}</${tokens[index]?.tag}>\n`;
};

/** Reads a page of Markdown. Its headings get the anchors that GitHub gives them. */
export function readPage(text: string): Reading {
  const tokens = markdown.parse(text, {});
  const links = linksAmong(tokens);
  for (const token of tokens) useClass(token);
  const sections = sectionsOf(tokens);
  const headings = sections.flatMap(({ heading }) => heading ?? []);
  return {
    title: headings[0]?.text ?? '',
    headings,
    sections,
    links: links.map(({ link }) => link),
    html: (linkOf) => {
      for (const { token, name, link } of links) token.attrSet(name, linkOf(link));
      return markdown.renderer.render(tokens, markdown.options);
    },
  };
}

function linksAmong(tokens: readonly Token[]) {
  const names: Readonly<Record<string, string>> = { link_open: 'href', image: 'src' };
  return tokens
    .flatMap(({ children }) => children ?? [])
    .flatMap((token) => {
      const name = names[token.type];
      const link = name === undefined ? null : token.attrGet(name);
      return name === undefined || link === null ? [] : [{ token, name, link: String(link) }];
    });
}

/** The site allows no style in an attribute, as markdown-it aligns the cells of a table. */
function useClass(token: Token): void {
  const [, side] = /^text-align:(\w+)$/.exec(String(token.attrGet('style'))) ?? [];
  if (side !== undefined) token.attrs = [['class', side]];
}

/** Gives each heading its anchor, and collects what stands below it. */
function sectionsOf(tokens: readonly Token[]): readonly Section[] {
  const slugger = new GithubSlugger();
  const sections: { heading: Heading | undefined; texts: string[] }[] = [{ heading: undefined, texts: [] }];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const text = visible(tokens[index + 1]);
      const anchor = slugger.slug(text);
      token.attrSet('id', anchor);
      sections.push({ heading: { level: Number(token.tag.slice(1)), text, anchor }, texts: [] });
    } else if (tokens[index - 1]?.type !== 'heading_open') sections.at(-1)?.texts.push(visible(token));
  }
  return sections
    .map(({ heading, texts }) => ({ heading, text: texts.join(' ').replace(/\s+/g, ' ').trim() }))
    .filter(({ heading, text }) => heading !== undefined || text !== '');
}

/** The text that one sees of a token. */
function visible(token: Token | undefined): string {
  if (token === undefined) return '';
  if (token.children !== null && token.type !== 'image') return token.children.map(visible).join('');
  if (/break$/.test(token.type)) return ' ';
  return /^(?:html_)/.test(token.type) ? '' : token.content;
}
