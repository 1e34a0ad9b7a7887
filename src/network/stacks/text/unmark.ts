import type { IsOurForm } from './line-edit.ts';
import { linesOf, markedOff } from './marks.ts';
import { theirsOf } from './overlay.ts';

/** The text with the marks before some lines, told by their indexes, taken away. */
export function unmarked(text: string, lines: ReadonlySet<number>): string {
  return linesOf(text)
    .map((line, index) => (lines.has(index) ? (markedOff(line.text) ?? line.text) : line.text) + line.ending)
    .join('');
}

/**
 * The text as others wrote it: our lines blank, those that we put out of use back;
 * line numbers agree. What was there before us is told from it.
 */
export function originalOf(text: string, isOurForm: IsOurForm): string {
  const theirs = theirsOf(text, isOurForm);
  return unmarked(theirs, new Set(linesOf(theirs).keys()));
}
