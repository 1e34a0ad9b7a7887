import { addedMark, endingOf, type Line, linesOf, offMark } from './marks.ts';

/** What is to happen to the lines of one file, by their indexes. Every other line stays, byte for byte. */
export interface LineEdit {
  /** somebody else's lines that are put out of use, behind a mark */
  readonly off: ReadonlySet<number>;
  /** our own lines that go, with their marks */
  readonly gone: ReadonlySet<number>;
  /** lines that are added, in this order, after the line of this index; -1 stands for the top */
  readonly added: readonly { readonly after: number; readonly text: string }[];
}

/** Whether a line looks like one that we add to a file of this kind. */
export type IsOurForm = (line: string) => boolean;

/**
 * The indexes of the lines that rc-wait added, by their marks and by their form.
 * The mark alone would take somebody else's line for ours where our own was
 * deleted by hand and its mark left behind.
 */
export function ownLines(text: string, isOurForm: IsOurForm): Set<number> {
  const lines = linesOf(text);
  const own = new Set<number>();
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (before !== undefined && isAddedMark(before) && isOurForm(line.text)) own.add(index);
  });
  return own;
}

/** The text after an edit. */
export function editLines(text: string, edit: LineEdit, isOurForm: IsOurForm): string {
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
    // A mark whose line someone has taken away goes as well. Not after a backslash: there it may be the
    // rest of the line before it, and without it that line would go on with the next.
    const isAlone = next === undefined || !isOurForm(next.text);
    const isRest = lines[index - 1]?.text.endsWith('\\') === true;
    const isStale = isAddedMark(line) && (edit.gone.has(index + 1) || (isAlone && !isRest));
    if (!edit.gone.has(index) && !isStale) {
      out.push({ text: (edit.off.has(index) ? offMark : '') + line.text, ending: line.ending });
    }
    add(index);
  });
  // A text without a last line ending stays one, so that undoing an edit gives the old bytes.
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
