import { editLines, type IsOurForm, ownLines } from './line-edit.ts';
import { linesOf, markedOff } from './marks.ts';

/** What a file needs beyond what stands in it without us. */
export interface Need {
  /** indexes of somebody else's lines that go out of use */
  readonly off: readonly number[];
  /**
   * Those that do so for now: before the next edit they are taken back (`takenBack`), so ours may
   * stand after them, and the place of ours does not hang on whether they are out of use
   */
  readonly lent?: readonly number[];
  /** lines that the file must have besides, in this order */
  readonly wanted: readonly string[];
}

/** A file that needs nothing. */
export const nothing: Need = { off: [], wanted: [] };

/** What two rules ask of one file. */
export function both(one: Need, other: Need): Need {
  return {
    off: [...one.off, ...other.off],
    lent: [...(one.lent ?? []), ...(other.lent ?? [])],
    wanted: [...one.wanted, ...other.wanted],
  };
}

/** How rc-wait's lines lie over the lines of one kind of file. */
export interface Layer {
  readonly isOurForm: IsOurForm;
  /** what the file needs, told from its text without our lines; they are blank in it, so line numbers agree */
  needOf(theirs: string): Need;
  /** indexes of the lines after which ours may stand, the last the best; with none they go to the end */
  placesOf(text: string): readonly number[];
}

/**
 * The text as the layer wants it. What is needed is told from what others wrote
 * alone, so it hangs neither on what we did before nor on our marks.
 */
export function overlaid(text: string, { isOurForm, needOf, placesOf }: Layer): string {
  const own = ownLines(text, isOurForm);
  const lines = linesOf(text);
  const { off, lent = [], wanted } = needOf(theirsOf(text, isOurForm));
  const isOff = new Set(off);
  const have = new Set([...own].map((index) => lines[index]?.text.trim()));
  const gone = new Set([...own].filter((index) => !wanted.includes(lines[index]?.text.trim() ?? '')));
  // Not after a line that goes, or has gone: the next edit would not see it, and take another place.
  const isGone = (index: number) =>
    isOff.has(index) || gone.has(index) || markedOff(lines[index]?.text ?? '') !== undefined;
  const after = placesOf(text).findLast((index) => !isGone(index)) ?? lines.length - 1;
  const added = wanted.filter((line) => !have.has(line)).map((line) => ({ after, text: line }));
  return editLines(text, { off: new Set([...off, ...lent]), gone, added }, isOurForm);
}

/** The text without our lines, which are blank in it. */
export function theirsOf(text: string, isOurForm: IsOurForm): string {
  const own = ownLines(text, isOurForm);
  return linesOf(text)
    .map((line, index) => (own.has(index) ? '' : line.text) + line.ending)
    .join('');
}
