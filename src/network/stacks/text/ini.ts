import { RcWaitError } from '../../../base/error.ts';
import { withoutTrailing } from '../../../base/text.ts';
import type { NetworkFile } from '../../types.ts';
import { type Line, linesOf } from './marks.ts';

/** `KEY=VALUE`, without the blanks around key and value. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  /** indexes of its lines, without those of comments inside a continued value */
  readonly lines: readonly number[];
}

/** `[NAME]` with the settings below it. */
export interface Section {
  readonly name: string;
  /** indexes of the header's lines; more than one only if a backslash continues it */
  readonly head: readonly number[];
  readonly settings: readonly Setting[];
}

/** A file of sections and settings. */
export interface IniFile extends NetworkFile {
  readonly sections: readonly Section[];
}

/** Differences between the readers of such files. */
export interface IniDialect {
  /** the characters that begin a comment */
  readonly comment: string;
  /** whether a backslash at the end of a line continues it */
  readonly continues: boolean;
  /** whether a line that is neither section, setting nor comment makes the whole file unusable */
  readonly strict: boolean;
  /** whether a leading byte order mark is ignored */
  readonly takesMark: boolean;
  /** whether bytes that are not UTF-8, outside comments, make the whole file unusable */
  readonly needsUtf8: boolean;
  /** tells a person how to check the file */
  readonly hint: string;
}

/** systemd.syntax(7), and config_parse() of systemd for the rule on UTF-8 (seen with 247 and 252) */
export const systemdDialect: IniDialect = {
  comment: '#;',
  continues: true,
  strict: false,
  takesMark: true,
  needsUtf8: true,
  hint: 'nothing was changed; systemd-networkd cannot use this file either: see "journalctl -u systemd-networkd"',
};

/** GLib's GKeyFile, by which NetworkManager reads its profiles (rule on bytes seen with 1.42) */
export const keyfileDialect: IniDialect = {
  comment: '#',
  continues: false,
  strict: true,
  takesMark: false,
  needsUtf8: false,
  hint: 'nothing was changed; NetworkManager cannot use this file either: see "journalctl -u NetworkManager"',
};

/**
 * Reads a file of sections and settings.
 * @throws RcWaitError NETWORK_FILE with path and line where the file's own reader would drop the whole file
 */
export function readIni(file: NetworkFile, dialect: IniDialect): IniFile {
  const lines = linesOf(dialect.takesMark ? file.text.replace(/^\ufeff/, ' ') : file.text);
  const sections: (Section & { settings: Setting[] })[] = [];
  for (let at = 0; at < lines.length; ) {
    const { text, taken, next } = logicalLine(lines, at, dialect);
    const line = text.trim();
    const section = sections.at(-1);
    const equals = line.indexOf('=');
    const key = line.slice(0, Math.max(equals, 0)).trimEnd();
    if (at === 0 && text.startsWith('\ufeff')) {
      throw cannotRead(file.path, at, 'it begins with a byte order mark', dialect);
    }
    if (line === '' || dialect.comment.includes(line.charAt(0))) {
      // skipped
    } else if (dialect.needsUtf8 && !line.isWellFormed()) {
      throw cannotRead(file.path, at, 'it is not UTF-8 text', dialect);
    } else if (line.startsWith('[') && (line.endsWith(']') || !dialect.strict)) {
      if (!line.endsWith(']')) throw cannotRead(file.path, at, `"${line}" does not end with "]"`, dialect);
      sections.push({ name: line.slice(1, -1), head: taken, settings: [] });
    } else if (section !== undefined && key) {
      section.settings.push({ key, value: line.slice(equals + 1).trimStart(), lines: taken });
    } else if (dialect.strict) {
      throw cannotRead(file.path, at, `"${line}" is no section, no setting and no comment`, dialect);
    }
    at = next;
  }
  return { ...file, sections };
}

/** The line at an index joined with its continuation lines; comments between them are left out. */
function logicalLine(
  lines: readonly Line[],
  from: number,
  dialect: IniDialect,
): { text: string; taken: number[]; next: number } {
  let text = '';
  const taken: number[] = [];
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at]?.text ?? '';
    const isComment = line.trim() !== '' && dialect.comment.includes(line.trim().charAt(0));
    if (isComment && at > from) continue;
    taken.push(at);
    const slashes = line.length - withoutTrailing(line, '\\').length;
    // Two backslashes are one literal backslash.
    const goesOn = dialect.continues && !isComment && slashes % 2 === 1;
    text += goesOn ? `${line.slice(0, -1)} ` : line;
    if (!goesOn) return { text, taken, next: at + 1 };
  }
  return { text, taken, next: lines.length };
}

/** The last value of a key in a list of sections; undefined if it is not set. */
export function lastValue(sections: readonly Section[], key: string): string | undefined {
  return sections.flatMap(({ settings }) => settings).findLast((setting) => setting.key === key)?.value;
}

/** The NETWORK_FILE error for a file that its own reader drops. */
export function cannotRead(path: string, index: number, reason: string, { hint }: IniDialect): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot read ${path}: line ${index + 1}: ${reason}`, { hint });
}
