import type { IsOurForm } from './line-edit.ts';
import { linesOf, markedOff } from './marks.ts';
import { theirsOf } from './overlay.ts';

/** The text without the marks before the lines of some indexes. */
export function unmarked(text: string, lines: ReadonlySet<number>): string {
  return linesOf(text)
    .map((line, index) => (lines.has(index) ? (markedOff(line.text) ?? line.text) : line.text) + line.ending)
    .join('');
}

/** The text before rc-wait: added lines are blank, disabled lines restored; line numbers agree. */
export function originalOf(text: string, isOurForm: IsOurForm): string {
  const theirs = theirsOf(text, isOurForm);
  return unmarked(theirs, new Set(linesOf(theirs).keys()));
}
