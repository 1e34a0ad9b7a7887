import { addedMark, endingOf, offMark, wasMark } from '../text/marks.ts';
import type { Entry, InterfacesFile } from './file.ts';

/** What is to happen to one file. Everything that is not named stays, byte for byte. */
export interface Edit {
  /** somebody else's entries that are put out of use, behind a mark */
  readonly off: ReadonlySet<Entry>;
  /** somebody else's entries that are put out of use, with what takes their place on a line of its own */
  readonly swapped: ReadonlyMap<Entry, string>;
  /** our own entries that go, with their marks */
  readonly gone: ReadonlySet<Entry>;
  /** what is added, after an entry */
  readonly added: readonly { readonly after: Entry; readonly indent: string; readonly text: string }[];
}

/** The file's text after an edit. */
export function edited(file: InterfacesFile, edit: Edit): string {
  if (edit.off.size + edit.swapped.size + edit.gone.size + edit.added.length === 0) return file.text;
  const ending = endingOf(file.text);
  const out: { text: string; ending: string }[] = [];
  file.entries.forEach((entry, index) => {
    const next = file.entries[index + 1];
    // A mark whose line someone has taken away goes as well.
    const markOfGone = isMark(entry) && (next === undefined || edit.gone.has(next) || !hasOurForm(next));
    if (!edit.gone.has(entry) && !markOfGone) {
      const put = edit.swapped.get(entry);
      const last = put === undefined ? offMark : wasMark;
      const isOff = put !== undefined || edit.off.has(entry);
      entry.lines.forEach((line, at) => {
        const mark = !isOff ? '' : at === entry.lines.length - 1 ? last : offMark;
        out.push({ text: mark + line.text, ending: line.ending });
      });
      if (put !== undefined) out.push({ text: indentOf(entry) + put, ending });
    }
    for (const { indent, text } of edit.added.filter(({ after }) => after === entry)) {
      out.push({ text: indent + addedMark, ending }, { text: indent + text, ending });
    }
  });
  // A text without a last line ending stays one, so that undoing an edit gives the old bytes.
  const whole = /\n$/.test(file.text);
  return out
    .map(
      (line, index) =>
        line.text + (index < out.length - 1 ? line.ending || ending : whole ? line.ending : ''),
    )
    .join('');
}

/** The options that are commands for a shell; they alone may be given more than once. */
export const commandOptions: ReadonlySet<string> = new Set([
  'pre-up',
  'up',
  'post-up',
  'down',
  'pre-down',
  'post-down',
]);

/**
 * The entries that rc-wait added, by their marks and by their form. The mark alone
 * would take somebody else's line for ours where our own was deleted by hand and
 * its mark left behind.
 */
export function ownEntries(files: readonly InterfacesFile[]): Set<Entry> {
  const own = files.flatMap(({ entries }) =>
    entries.filter((entry, index) => {
      const before = entries[index - 1];
      return before !== undefined && isMark(before) && hasOurForm(entry);
    }),
  );
  return new Set(own);
}

function hasOurForm({ word, rest }: Entry): boolean {
  return (
    word === 'gateway' ||
    isResolverOption(word) ||
    (word === 'post-up' && /^ip -4 route (del|replace) 0\.0\.0\.0\/0 .*dev \$IFACE/.test(rest))
  );
}

/** The options that resolvconf(8), openresolv and systemd's hook for ifupdown know. */
export function isResolverOption(word: string): boolean {
  return /^dns-(nameservers?|search|domain|sortlist|options)$/.test(word);
}

function isMark({ kind, lines }: Entry): boolean {
  return kind === 'blank' && lines[0]?.text.trim() === addedMark;
}

/** The blanks before an entry, for lines that join it. */
export function indentOf({ lines }: Entry): string {
  const [first] = lines;
  return /^[ \t]*/.exec(first?.text ?? '')?.[0] ?? '';
}
