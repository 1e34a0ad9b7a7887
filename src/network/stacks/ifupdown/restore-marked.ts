import type { NetworkFile } from '../../types.ts';
import { type Line, markedOff, wasMark } from '../text/marks.ts';
import { unmarked } from '../text/unmark.ts';
import { type Entry, entriesOf } from './file.ts';

/** A file with lines taken back that we had put out of use. */
export interface TakenBack extends NetworkFile {
  /** numbers of the lines, from 1, that had taken the place of such a line: they are ours */
  readonly replacements: ReadonlySet<number>;
}

/** An entry of a file, or one that stands behind our marks. */
interface Item {
  readonly entry: Entry;
  readonly isPast: boolean;
  /** another line has taken its place */
  readonly isSwapped: boolean;
}

/**
 * Takes the marks away from options, where they still stand in a stanza, and from
 * the lines that say what comes up at boot. Line numbers stay.
 * @param isMeant told the first word of an option
 */
export function takeBack({ path, text }: NetworkFile, isMeant: (word: string) => boolean): TakenBack {
  const lines = new Set<number>();
  const replacements = new Set<number>();
  const items = itemsOf(text);
  let inStanza = false;
  items.forEach(({ entry, isPast, isSwapped }, at) => {
    if (isPast && !isTakenBack(entry, inStanza, isMeant)) return;
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

/** A line of a stanza that somebody has taken away since would be misplaced: ifupdown would drop the whole file. */
function isTakenBack(entry: Entry, inStanza: boolean, isMeant: (word: string) => boolean): boolean {
  const { word, rest } = entry;
  if (isBootWord(word)) return rest !== '' || inStanza;
  return inStanza && rest !== '' && isMeant(word);
}

/** A bare `auto` inside a stanza stands for that stanza and does not end it. */
function staysIn({ kind, rest }: Entry, inStanza: boolean): boolean {
  if (kind === 'iface') return true;
  if (kind === 'keyword') return rest === '' && inStanza;
  return inStanza && !['mapping', 'source', 'source-directory'].includes(kind);
}

/** Ours names some of the interfaces of the line before it. What somebody has added to it is his. */
function replaces(next: Entry, { word, rest }: Entry): boolean {
  const names = rest.split(/\s+/);
  return next.word === word && next.rest.split(/\s+/).every((name) => name !== '' && names.includes(name));
}

function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  let run: Line[] = [];
  let start = 0;
  const finish = () => {
    const inner = run.map((line) => (markedOff(line.text) ?? '') + line.ending).join('');
    for (const entry of entriesOf(inner)) {
      const last = run[entry.number + entry.lines.length - 2];
      const isSwapped = last?.text.startsWith(wasMark) === true;
      items.push({ entry: { ...entry, number: start + entry.number - 1 }, isPast: true, isSwapped });
    }
    run = [];
  };
  for (const entry of entriesOf(text)) {
    const [line] = entry.lines;
    if (line !== undefined && entry.kind === 'blank' && markedOff(line.text) !== undefined) {
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
