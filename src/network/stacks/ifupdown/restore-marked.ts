import type { NetworkFile } from '../../types.ts';
import { disabledContent, type Line, wasMark } from '../text/marks.ts';
import { unmarked } from '../text/unmark.ts';
import { type Entry, entriesOf, isBare } from './file.ts';

/** A file with some of the lines restored that rc-wait had disabled. */
export interface RestoredFile extends NetworkFile {
  /** numbers, from 1, of rc-wait's lines that replaced restored ones */
  readonly replacements: ReadonlySet<number>;
}

/** An entry of a file, or a disabled one. */
interface Item {
  readonly entry: Entry;
  readonly isPast: boolean;
  /** another line replaces it */
  readonly isSwapped: boolean;
}

/**
 * Restores disabled options that are still inside a stanza, and disabled lines that name the
 * interfaces to bring up at boot. Line numbers stay.
 * @param isMeant whether to restore an option, by its first word
 */
export function restoreMarked({ path, text }: NetworkFile, isMeant: (word: string) => boolean): RestoredFile {
  const lines = new Set<number>();
  const replacements = new Set<number>();
  const items = itemsOf(text);
  let inStanza = false;
  items.forEach(({ entry, isPast, isSwapped }, at) => {
    if (isPast && !isRestored(entry, inStanza, isMeant)) return;
    inStanza = staysIn(entry, inStanza);
    if (!isPast) return;
    for (let index = 0; index < entry.lines.length; index += 1) lines.add(entry.number - 1 + index);
    const next = items[at + 1];
    if (isSwapped && next?.isPast === false && replaces(next.entry, entry))
      replacements.add(next.entry.number);
  });
  return { path, text: unmarked(text, lines), replacements };
}

/** Whether a word names the interfaces that come up at boot, or when their device appears (interfaces(5)). */
export function isBootWord(word: string): boolean {
  return /^(auto|allow-auto|allow-hotplug)$/.test(word);
}

/** An option whose stanza somebody has since deleted must stay disabled: ifupdown would drop the whole file for it. */
function isRestored(entry: Entry, inStanza: boolean, isMeant: (word: string) => boolean): boolean {
  const { word, rest } = entry;
  if (isBootWord(word)) return rest !== '' || inStanza;
  return inStanza && rest !== '' && isMeant(word);
}

function staysIn(entry: Entry, inStanza: boolean): boolean {
  const { kind } = entry;
  if (kind === 'iface') return true;
  if (kind === 'keyword') return isBare(entry) && inStanza;
  return inStanza && !['mapping', 'source', 'source-directory'].includes(kind);
}

/** rc-wait's line names only interfaces of the line that it replaced; a line with others was edited by somebody. */
function replaces(next: Entry, { word, rest }: Entry): boolean {
  const names = rest.split(/\s+/);
  return next.word === word && next.rest.split(/\s+/).every((name) => name !== '' && names.includes(name));
}

function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  let run: Line[] = [];
  let start = 0;
  const finish = () => {
    const inner = run.map((line) => (disabledContent(line.text) ?? '') + line.ending).join('');
    for (const entry of entriesOf(inner)) {
      const last = run[entry.number + entry.lines.length - 2];
      const isSwapped = last?.text.startsWith(wasMark) === true;
      items.push({ entry: { ...entry, number: start + entry.number - 1 }, isPast: true, isSwapped });
    }
    run = [];
  };
  for (const entry of entriesOf(text)) {
    const [line] = entry.lines;
    if (line !== undefined && entry.kind === 'blank' && disabledContent(line.text) !== undefined) {
      if (run.length === 0) start = entry.number;
      run.push(line);
    } else {
      finish();
      items.push({ entry, isPast: false, isSwapped: false });
    }
  }
  finish();
  return items;
}
