import { RcWaitError } from '../../../base/error.ts';
import type { NetworkFile } from '../../types.ts';

/** `KEY=VALUE` in a file that a shell sources. */
export interface Assignment {
  readonly key: string;
  /** without quotes; undefined if only a shell could tell: `$(…)`, `[ … ] && KEY=…` */
  readonly value: string | undefined;
  /** indexes of its lines; more than one if a quote or a backslash spans a line break */
  readonly lines: readonly number[];
  /** its lines hold something else as well */
  readonly isShared: boolean;
}

/** A settings file that a shell sources, such as an ifcfg file. */
export interface ShellFile extends NetworkFile {
  readonly assignments: readonly Assignment[];
}

/**
 * Reads the assignments of a file as sh(1) would: with quotes, backslashes, comments,
 * and several on one line.
 * @throws RcWaitError NETWORK_FILE if the file ends inside a quote or after a backslash
 */
export function readShellFile(file: NetworkFile): ShellFile {
  const found: (Omit<Assignment, 'isShared'> & { readonly own: boolean })[] = [];
  for (const { words, lines } of statementsOf(file)) {
    const rest = words[0]?.raw === 'export' ? words.slice(1) : words;
    const isPlain = rest.every(({ raw }) => assigned.test(raw));
    if (isPlain) {
      for (const word of rest) {
        const key = assigned.exec(word.raw)?.[1] ?? '';
        found.push({ key, value: word.value?.slice(key.length + 1), lines: word.lines, own: true });
      }
    } else {
      // Only a shell could tell what a command sets, and whether it does.
      const keys = words.flatMap(({ raw }) =>
        [...raw.matchAll(/(?<!\w)([A-Za-z_]\w*)=/g)].map(([, key]) => key),
      );
      for (const key of ['', ...keys]) found.push({ key: key ?? '', value: undefined, lines, own: false });
    }
  }
  const count = Map.groupBy(
    found.flatMap(({ lines }) => lines),
    (line) => line,
  );
  const assignments = found
    .filter(({ key }) => key !== '')
    .map(({ own, ...one }) => ({
      ...one,
      isShared: !own || one.lines.some((line) => (count.get(line)?.length ?? 0) > 1),
    }));
  return { ...file, assignments };
}

/** The last value of a key; undefined if it has none, or only a shell could tell it. */
export function valueIn({ assignments }: ShellFile, key: string): string | undefined {
  return assignments.findLast((one) => one.key === key)?.value;
}

/** Whether a path is a backup or a half-finished update; neither network-scripts nor wicked reads these. */
export function isBackup(path: string): boolean {
  return /(~|\.(bak|old|orig|rej|rpmnew|rpmorig|rpmsave|scpmbackup))$/.test(path);
}

/**
 * The lines of assignments to disable.
 * @throws RcWaitError NETWORK_FILE if one shares its line with something else
 */
export function linesToDisable({ path }: NetworkFile, assignments: readonly Assignment[]): number[] {
  const shared = assignments.find(({ isShared }) => isShared);
  if (shared === undefined) return assignments.flatMap(({ lines }) => lines);
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${path}: line ${(shared.lines[0] ?? 0) + 1} sets ${shared.key} together with something else`,
    { hint: `nothing was changed; put ${shared.key}= on a line of its own, or take it out` },
  );
}

const assigned = /^([A-Za-z_]\w*)=/;

interface Word {
  readonly raw: string;
  /** undefined if it has an expansion */
  readonly value: string | undefined;
  readonly lines: readonly number[];
}

interface Statement {
  readonly words: readonly Word[];
  readonly lines: readonly number[];
}

/**
 * One word, or one separator between words; `\r` before LF belongs to the line break. Only the
 * shell's own blanks count: a byte order mark or a no-break space is part of a word.
 */
const token =
  /(?<blank>[ \t]+|\\\r?\n|\r$)|(?<end>\r?\n|;)|(?<comment>#[^\n]*?(?=\r?\n|$))|(?<word>(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\(?!\r?\n|$)[\s\S]|\\\r?\n|[^ \t\r\n;'"\\]|\r(?!\n|$))+)/y;

function statementsOf({ path, text }: NetworkFile): Statement[] {
  const statements: Statement[] = [];
  let words: Word[] = [];
  let line = 0;
  const finish = () => {
    const lines = [...new Set(words.flatMap((word) => word.lines))];
    if (words.length > 0) statements.push({ words, lines });
    words = [];
  };
  token.lastIndex = 0;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) throw unterminated(path, line);
    const [raw] = match;
    const breaks = raw.split('\n').length - 1;
    if (match.groups?.word !== undefined) {
      const lines = Array.from({ length: breaks + 1 }, (_, index) => line + index);
      words.push({ raw, value: unquoted(raw), lines });
    }
    if (match.groups?.end !== undefined) finish();
    line += breaks;
    // A line added after this one would become part of it.
    if (token.lastIndex === text.length && /\\\r?\n$/.test(raw)) throw unterminated(path, line - 1);
  }
  finish();
  return statements;
}

function unterminated(path: string, index: number): RcWaitError {
  return new RcWaitError(
    'NETWORK_FILE',
    `cannot read ${path}: line ${index + 1}: a quote is never closed, or a backslash ends the file`,
    { hint: 'nothing was changed; check the file with "sh -n"' },
  );
}

/** The value of a word; undefined if it has an expansion or an operator. */
function unquoted(raw: string): string | undefined {
  if (/^[\w.:=/%,+-]*$/.test(raw)) return raw;
  let value = '';
  for (const [part] of raw.matchAll(/'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\\r?\n|\\[\s\S]|[\s\S]/g)) {
    if (/^["$`&|()<>]/.test(part) && (part.length === 1 || /(?<!\\)(\\\\)*[$`]/.test(part))) return undefined;
    if (part.startsWith("'")) value += part.slice(1, -1);
    else if (part.startsWith('"')) value += part.slice(1, -1).replace(/\\(["\\$`])|\\\r?\n/g, '$1');
    else if (/^\\\r?\n/.test(part)) continue;
    else value += part.startsWith('\\') ? part.slice(1) : part;
  }
  return value;
}
