/** A page without its fenced blocks: what is in them is neither a heading nor a link. Lines keep their places. */
function withoutBlocks(page: string): readonly string[] {
  let fence = '';
  return page.split(/\r?\n/).map((line) => {
    const [, mark = ''] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === '') {
      fence = mark;
      return mark === '' ? line : '';
    }
    // A block ends with at least as many of the same character, and nothing behind them (CommonMark 0.31, 4.5).
    if (mark.startsWith(fence) && line.trim() === mark) fence = '';
    return '';
  });
}

/** Prose alone: blocks, comments and inline code are taken out. */
function proseOf(page: string): string {
  return withoutBlocks(page)
    .join('\n')
    .replace(/<!--.*?-->/gs, '')
    .replace(/(`+)[^`](?:.*?[^`])??\1(?!`)/gs, 'CODE');
}

/** The destinations of a page's links and pictures: inline, by reference and in HTML. */
export function linksIn(page: string): readonly string[] {
  const prose = proseOf(page);
  const found = [
    /\]\(\s*(?:<([^>\n]*)>|([^\s()]+(?:\([^\s()]*\)[^\s()]*)*))/g, // [words](path "title")
    /^ {0,3}\[[^\]\n]+\]:\s*(?:<([^>\n]*)>|(\S+))/gm, // [name]: path
    /\s(?:href|src)="([^"]*)"/g,
  ].flatMap((pattern) => [...prose.matchAll(pattern)]);
  return found.map(([, bracketed, bare]) => bracketed ?? bare ?? '');
}

/** The names used as `[words][name]` that the page does not define. */
export function undefinedNames(page: string): readonly string[] {
  const prose = proseOf(page);
  const lower = (name = ''): string => name.toLowerCase();
  const defined = new Set([...prose.matchAll(/^ {0,3}\[([^\]\n]+)\]:/gm)].map(([, name]) => lower(name)));
  const used = [...prose.matchAll(/\[([^[\]\n]+)\]\[([^[\]\n]*)\]/g)].map(([, words, name]) => name || words);
  return used.map(lower).filter((name) => !defined.has(name));
}

/**
 * The anchors of a page, as GitHub makes them of its headings (html-pipeline 2, TableOfContentsFilter): the text that
 * one sees, in lower case, without punctuation, spaces as hyphens; the second of a name ends in -1. And ids in HTML.
 */
export function anchorsIn(page: string): readonly string[] {
  const lines = withoutBlocks(page);
  const count = new Map<string, number>();
  const anchors = lines.flatMap((line, at) => {
    const [, heading] = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/.exec(line) ?? [];
    const isUnderlined = /^ {0,3}(?:=+|-{2,})\s*$/.test(lines[at + 1] ?? '') && /^ {0,3}[^\s>|#-]/.test(line);
    const text = heading ?? (isUnderlined ? line : undefined);
    if (text === undefined) return [];
    const slug = slugOf(text);
    const before = count.get(slug) ?? 0;
    count.set(slug, before + 1);
    return [before === 0 ? slug : `${slug}-${before}`];
  });
  const ids = [...proseOf(page).matchAll(/<\w+\s(?:[^>]*\s)?(?:id|name)="([^"]+)"/g)].map(
    ([, id]) => id ?? '',
  );
  return [...anchors, ...ids];
}

function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<[^>]+>/g, '')
    .replace(/(\*{1,2}|(?<!\w)_{1,2})(\S(?:.*?\S)?)\1(?!\w)/g, '$2')
    .toLowerCase()
    .trim()
    .replace(/[^\p{L}\p{M}\p{Nd}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}
