import { RcWaitError } from '../../../base/error.ts';
import type { NetworkFile } from '../../types.ts';
import { type Line, linesOf } from '../text/marks.ts';

/** The kind of a line of interfaces(5). Comments are `blank`; ifupdown refuses the last two. */
type Kind =
  | 'blank'
  | 'iface'
  | 'option'
  | 'mapping'
  | 'mapping-option'
  | 'keyword'
  | 'source'
  | 'source-directory'
  | 'misplaced'
  | 'valueless';

/** A line as ifupdown reads it, with its continuation lines joined. */
export interface Entry {
  readonly kind: Kind;
  /** the first word; empty for a blank */
  readonly word: string;
  /** the text after it, without blanks at either end */
  readonly rest: string;
  readonly lines: readonly Line[];
  /** number of its first line, from 1 */
  readonly number: number;
}

/** An `iface` entry with its options. */
export interface Stanza {
  readonly name: string;
  /** `inet`, `inet6`, …; undefined if inherited, and so is the method then */
  readonly family: string | undefined;
  readonly method: string | undefined;
  readonly inherits: string | undefined;
  readonly head: Entry;
  readonly options: readonly Entry[];
  /** keywords without names, such as `auto`, which apply to the stanza itself */
  readonly bare: readonly Entry[];
}

/** One file; the lines of all entries joined give the text again. */
export interface InterfacesFile extends NetworkFile {
  readonly entries: readonly Entry[];
  readonly stanzas: readonly Stanza[];
}

/**
 * Reads one file as ifupdown does, and refuses what ifupdown refuses: it drops its whole
 * configuration at the first bad line, so an edit would have no effect.
 * @throws RcWaitError NETWORK_FILE with path and line
 */
export function readInterfacesFile(file: NetworkFile): InterfacesFile {
  const entries = entriesOf(file.text);
  // ifupdown reads the mark as part of the first word, even before a "#".
  if (file.text.startsWith('\ufeff'))
    throw cannotReadInterfaces(file.path, 1, 'it begins with a byte order mark');
  const stanzas: Stanza[] = [];
  let options: Entry[] = [];
  let bare: Entry[] = [];
  for (const entry of entries) {
    const { kind, word, number } = entry;
    if (kind === 'misplaced')
      throw cannotReadInterfaces(file.path, number, `"${word}" belongs to no iface line`);
    if (kind === 'valueless') throw cannotReadInterfaces(file.path, number, `"${word}" has no value`);
    if (kind === 'option') options.push(entry);
    if (isBare(entry)) bare.push(entry);
    // Any other line ends the stanza, and what follows does not belong to it.
    else if (kind !== 'option' && kind !== 'blank') [options, bare] = [[], []];
    if (kind === 'iface') stanzas.push({ ...headOf(file.path, entry), options, bare });
  }
  return { ...file, entries, stanzas };
}

/**
 * The entries of a text, as get_line() in ifupdown's config.c finds them. A line that begins with `#` is a
 * comment and never continues; any other continues after a backslash, and a `#` inside it is ordinary text.
 */
export function entriesOf(text: string): Entry[] {
  const entries: Entry[] = [];
  const lines = linesOf(text);
  let state: State = 'none';
  for (let at = 0; at < lines.length; ) {
    const taken = logicalLine(lines, at);
    const [word, rest] = wordsOf(taken);
    const kind = kindOf(word, rest, state);
    const entry: Entry =
      kind === 'blank'
        ? { kind, word: '', rest: '', lines: taken, number: at + 1 }
        : { kind, word, rest, lines: taken, number: at + 1 };
    state = stateAfter(entry, state);
    entries.push(entry);
    at += taken.length;
  }
  return entries;
}

type State = 'none' | 'iface' | 'mapping';

function kindOf(word: string, rest: string, state: State): Kind {
  if (word === '' || word.startsWith('#')) return 'blank';
  if (word === 'iface' || word === 'mapping' || word === 'source') return word;
  // ifupdown accepts every word that begins like this.
  if (word.startsWith('source-dir')) return 'source-directory';
  if (/^(auto|no-auto-down|no-scripts|rename|allow-.+)$/.test(word)) return 'keyword';
  if (state === 'mapping' && /^(script|map)$/.test(word)) return 'mapping-option';
  if (state !== 'iface') return 'misplaced';
  return rest === '' ? 'valueless' : 'option';
}

function stateAfter(entry: Entry, state: State): State {
  const { kind } = entry;
  if (kind === 'iface' || kind === 'mapping') return kind;
  if (kind === 'keyword') return isBare(entry) && state === 'iface' ? 'iface' : 'none';
  return kind === 'source' || kind === 'source-directory' ? 'none' : state;
}

/**
 * Whether a keyword names no interface. Inside a stanza it then applies to that stanza and does not end it; a bare
 * `rename` ends it (ifquery of ifupdown 0.8.41).
 */
export function isBare({ kind, word, rest }: Entry): boolean {
  return kind === 'keyword' && rest === '' && word !== 'rename';
}

/** Whether a word begins a line that brings up interfaces (interfaces(5), INTERFACE SELECTION). */
export function selectsInterfaces(word: string): boolean {
  return /^(auto|allow-.+)$/.test(word);
}

/** The lines from `from` on that ifupdown joins into one. */
function logicalLine(lines: readonly Line[], from: number): Line[] {
  let end = from + 1;
  const comment = /^\s*#/.test(lines[from]?.text ?? '');
  while (!comment && end < lines.length && goesOn(lines[end - 1])) end += 1;
  return lines.slice(from, end);
}

/** Whether a line continues. ifupdown checks the character before LF, so a backslash before CRLF does not count. */
function goesOn(line: Line | undefined): boolean {
  return line !== undefined && line.ending !== '\r\n' && line.text.endsWith('\\');
}

function wordsOf(lines: readonly Line[]): [word: string, rest: string] {
  const joined = lines
    .map((line, index) => (goesOn(line) && index < lines.length - 1 ? line.text.slice(0, -1) : line.text))
    .join('');
  const text = joined.trim();
  const end = text.search(/\s/);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end).trimStart()];
}

function headOf(path: string, head: Entry): Omit<Stanza, 'options' | 'bare'> {
  const [name, ...words] = head.rest.split(/\s+/);
  if (!name) throw cannotReadInterfaces(path, head.number, '"iface" names no interface');
  // ifupdown looks for it only in these places; it ignores anything else there.
  const at = words.slice(0, 3).indexOf('inherits');
  const inherits = at === -1 ? undefined : words[at + 1];
  const [family, method] = at === -1 ? words : words.slice(0, at);
  if (at !== -1 && inherits === undefined)
    throw cannotReadInterfaces(path, head.number, '"inherits" names no stanza');
  if (at === -1 && method === undefined)
    throw cannotReadInterfaces(path, head.number, `"iface ${name}" lacks its family or method`);
  return { name, family, method, inherits, head };
}

/** The error for an unusable file of interfaces(5). */
export function cannotReadInterfaces(path: string, line: number, reason: string): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot read ${path}: line ${line}: ${reason}`, {
    hint: 'nothing was changed; check the file with "ifquery --list --all"',
  });
}
