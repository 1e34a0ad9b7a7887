import { addedMark, endingOf, offMark, wasMark } from '../text/marks.ts';
import type { Entry, InterfacesFile } from './file.ts';

/** Changes to one file. Every other line stays, byte for byte. */
export interface Edit {
  /** entries of others to disable, behind a mark */
  readonly off: ReadonlySet<Entry>;
  /** entries of others to disable, with their replacements, each on a line of its own */
  readonly swapped: ReadonlyMap<Entry, string>;
  /** entries of rc-wait to remove, with their marks */
  readonly gone: ReadonlySet<Entry>;
  /** lines to add after an entry */
  readonly added: readonly { readonly after: Entry; readonly indent: string; readonly text: string }[];
}

/** The file's text after the edit. */
export function edited(file: InterfacesFile, edit: Edit): string {
  if (edit.off.size + edit.swapped.size + edit.gone.size + edit.added.length === 0) return file.text;
  const ending = endingOf(file.text);
  const out: { text: string; ending: string }[] = [];
  file.entries.forEach((entry, index) => {
    const next = file.entries[index + 1];
    // A mark whose line somebody deleted goes as well.
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
  // A text without a final line ending keeps none, so that undoing the edit restores the same bytes.
  const whole = /\n$/.test(file.text);
  return out
    .map(
      (line, index) =>
        line.text + (index < out.length - 1 ? line.ending || ending : whole ? line.ending : ''),
    )
    .join('');
}

/** The options that hold shell commands; only these may be given more than once. */
export const commandOptions: ReadonlySet<string> = new Set([
  'pre-up',
  'up',
  'post-up',
  'down',
  'pre-down',
  'post-down',
]);

/**
 * The entries that rc-wait added, by mark and by form. The mark alone is not enough: if somebody
 * deletes rc-wait's line and leaves its mark, the next line would pass for rc-wait's.
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

/** The indentation of an entry, for lines added after it. */
export function indentOf({ lines }: Entry): string {
  const [first] = lines;
  return /^[ \t]*/.exec(first?.text ?? '')?.[0] ?? '';
}
