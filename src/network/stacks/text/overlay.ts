import { editLines, type IsOurForm, ownLines } from './line-edit.ts';
import { disabledContent, linesOf } from './marks.ts';

/** What a file needs, judged by its text without rc-wait's lines. */
export interface Need {
  /** indexes of lines of others to disable */
  readonly off: readonly number[];
  /**
   * Lines that are disabled only for now. The next edit restores them first (`takenBack`), so rc-wait's
   * own lines may follow them and never move because of it.
   */
  readonly temporary?: readonly number[];
  /** lines that rc-wait has to add, in this order */
  readonly wanted: readonly string[];
}

/** A file that needs nothing. */
export const nothing: Need = { off: [], wanted: [] };

/** The needs of two rules for one file. */
export function both(one: Need, other: Need): Need {
  return {
    off: [...one.off, ...other.off],
    temporary: [...(one.temporary ?? []), ...(other.temporary ?? [])],
    wanted: [...one.wanted, ...other.wanted],
  };
}

/** How rc-wait's lines are added to the lines of one kind of file. */
export interface Layer {
  readonly hasOwnForm: IsOurForm;
  /** what the file needs, from its text with rc-wait's lines blanked, so that line numbers agree */
  needOf(withoutOwn: string): Need;
  /** indexes of the lines after which rc-wait's may follow, best last; without any they go to the end */
  placesOf(text: string): readonly number[];
}

/**
 * The text as the layer requires it. The need is derived only from what others wrote, so it
 * depends neither on earlier edits nor on rc-wait's marks.
 */
export function withLayer(text: string, { hasOwnForm, needOf, placesOf }: Layer): string {
  const own = ownLines(text, hasOwnForm);
  const lines = linesOf(text);
  const { off, temporary = [], wanted } = needOf(withoutOwnLines(text, hasOwnForm));
  const isOff = new Set(off);
  const have = new Set([...own].map((index) => lines[index]?.text.trim()));
  const gone = new Set([...own].filter((index) => !wanted.includes(lines[index]?.text.trim() ?? '')));
  // Not after a line that goes or is disabled: the next edit would not see it, and choose another place.
  const isGone = (index: number) =>
    isOff.has(index) || gone.has(index) || disabledContent(lines[index]?.text ?? '') !== undefined;
  const after = placesOf(text).findLast((index) => !isGone(index)) ?? lines.length - 1;
  const added = wanted.filter((line) => !have.has(line)).map((line) => ({ after, text: line }));
  return editLines(text, { off: new Set([...off, ...temporary]), gone, added }, hasOwnForm);
}

/** The text with rc-wait's lines blanked. */
export function withoutOwnLines(text: string, hasOwnForm: IsOurForm): string {
  const own = ownLines(text, hasOwnForm);
  return linesOf(text)
    .map((line, index) => (own.has(index) ? '' : line.text) + line.ending)
    .join('');
}
