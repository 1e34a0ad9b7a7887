import { addedMark, endingOf, type Line, linesOf, offMark } from './marks.ts';

/** Changes to the lines of one file, by index. Every other line stays, byte for byte. */
export interface LineEdit {
  /** lines of others to disable, behind a mark */
  readonly off: ReadonlySet<number>;
  /** lines of rc-wait to remove, with their marks */
  readonly gone: ReadonlySet<number>;
  /** lines to add, in this order, after the line of this index; -1 is the top */
  readonly added: readonly { readonly after: number; readonly text: string }[];
}

/** Whether a line has the form of one that rc-wait adds to this kind of file. */
export type IsOurForm = (line: string) => boolean;

/**
 * The indexes of the lines that rc-wait added, by mark and by form. The mark alone is not enough:
 * if somebody deletes rc-wait's line and leaves its mark, the next line would pass for rc-wait's.
 */
export function ownLines(text: string, hasOwnForm: IsOurForm): Set<number> {
  const lines = linesOf(text);
  const own = new Set<number>();
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (before !== undefined && isAddedMark(before) && hasOwnForm(line.text)) own.add(index);
  });
  return own;
}

/** The text after the edit. */
export function editLines(text: string, edit: LineEdit, hasOwnForm: IsOurForm): string {
  if (edit.off.size + edit.gone.size + edit.added.length === 0) return text;
  const lines = linesOf(text);
  const ending = endingOf(text);
  const out: { text: string; ending: string }[] = [];
  const add = (index: number) => {
    for (const one of edit.added.filter(({ after }) => after === index)) {
      const indent = /^[ \t]*/.exec(one.text)?.[0] ?? '';
      out.push({ text: indent + addedMark, ending }, { text: one.text, ending });
    }
  };
  add(-1);
  lines.forEach((line, index) => {
    const next = lines[index + 1];
    // A mark whose line somebody deleted goes as well. Not after a backslash: there it may continue the
    // line before, and without it that line would swallow the next.
    const isAlone = next === undefined || !hasOwnForm(next.text);
    const isRest = lines[index - 1]?.text.endsWith('\\') === true;
    const isStale = isAddedMark(line) && (edit.gone.has(index + 1) || (isAlone && !isRest));
    if (!edit.gone.has(index) && !isStale) {
      out.push({ text: (edit.off.has(index) ? offMark : '') + line.text, ending: line.ending });
    }
    add(index);
  });
  // A text without a final line ending keeps none, so that undoing the edit restores the same bytes.
  const isWhole = text === '' || text.endsWith('\n');
  return out
    .map((line, index) => {
      const isLast = index === out.length - 1;
      return line.text + (isLast && !isWhole ? '' : line.ending || ending);
    })
    .join('');
}

function isAddedMark({ text }: Line): boolean {
  return text.trim() === addedMark;
}
