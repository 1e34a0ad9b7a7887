import MiniSearch, { type Options } from 'minisearch';

/** A section of a page, as the search finds it. */
export interface Found {
  /** its page, from the root of the site, with the anchor */
  readonly id: string;
  /** the section's heading */
  readonly title: string;
  /** the page's title */
  readonly page: string;
  readonly text: string;
}

const options: Options<Found> = {
  fields: ['title', 'page', 'text'],
  storeFields: ['title', 'page', 'text'],
};

/** The index of these sections, as JSON. The same sections give the same text. */
export function indexOf(sections: readonly Found[]): string {
  const index = new MiniSearch(options);
  index.addAll(sections);
  return JSON.stringify(index);
}

/** What finds sections by the words that are typed, the best first. */
export type Finder = (typed: string) => readonly Found[];

/** Reads what indexOf has made. */
export function finderOf(json: string): Finder {
  const index = MiniSearch.loadJSON(json, options);
  const query = {
    prefix: true,
    // A typing error in every fifth letter, but none in short words.
    fuzzy: (word: string) => (word.length > 4 ? 0.2 : false),
    boost: { title: 4, page: 2 },
  } as const;
  return (typed) => {
    const all = index.search(typed, { ...query, combineWith: 'AND' });
    return (all.length > 0 ? all : index.search(typed, query)) as unknown as readonly Found[];
  };
}

/** A part of a text, and whether it was searched for. */
export interface Piece {
  readonly text: string;
  readonly isHit: boolean;
}

/** The part of a text around the first word that was typed, with all of them marked. */
export function excerptOf(text: string, typed: string, length = 160): readonly Piece[] {
  const words = typed.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const low = text.toLowerCase();
  const firsts = words.map((word) => low.indexOf(word)).filter((at) => at >= 0);
  const middle = firsts.length === 0 ? 0 : Math.min(...firsts);
  const start = middle < length / 2 ? 0 : text.lastIndexOf(' ', middle - length / 4) + 1;
  const end = start + length >= text.length ? text.length : text.lastIndexOf(' ', start + length);
  const shown = text.slice(start, end > start ? end : start + length);
  const pieces = [...marked(shown, words)];
  const dots = { text: '…', isHit: false };
  return [...(start > 0 ? [dots] : []), ...pieces, ...(start + shown.length < text.length ? [dots] : [])];
}

function* marked(text: string, words: readonly string[]): Generator<Piece> {
  const low = text.toLowerCase();
  let at = 0;
  while (at < text.length) {
    const next = words
      .map((word) => ({ word, from: low.indexOf(word, at) }))
      .filter(({ from }) => from >= 0)
      .sort((one, other) => one.from - other.from || other.word.length - one.word.length)[0];
    if (next === undefined) break;
    if (next.from > at) yield { text: text.slice(at, next.from), isHit: false };
    at = next.from + next.word.length;
    yield { text: text.slice(next.from, at), isHit: true };
  }
  if (at < text.length) yield { text: text.slice(at), isHit: false };
}
