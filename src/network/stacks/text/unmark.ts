import type { IsOurForm } from './line-edit.ts';
import { disabledContent, linesOf } from './marks.ts';
import { withoutOwnLines } from './overlay.ts';

/** The text without the marks before the lines of some indexes. */
export function unmarked(text: string, lines: ReadonlySet<number>): string {
  return linesOf(text)
    .map(
      (line, index) =>
        (lines.has(index) ? (disabledContent(line.text) ?? line.text) : line.text) + line.ending,
    )
    .join('');
}

/** The text before rc-wait: added lines are blank, disabled lines restored; line numbers agree. */
export function originalOf(text: string, hasOwnForm: IsOurForm): string {
  const withoutOwn = withoutOwnLines(text, hasOwnForm);
  return unmarked(withoutOwn, new Set(linesOf(withoutOwn).keys()));
}
