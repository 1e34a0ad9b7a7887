/** A word of a command line as sh(1) splits it. */
export interface ShellWord {
  /** as written */
  readonly raw: string;
  /** without quotes and escapes; undefined if it has an expansion: `$GW`, `$(cat gw)`, `*` */
  readonly value: string | undefined;
  /** the same with expansions as written, for a shell that reads it again: `eval`, `sh -c` */
  readonly text: string;
  /** the command lines of its `$(…)` and backquotes */
  readonly substitutions: readonly string[];
}

/** A simple command of a command line. */
export interface ShellCommand {
  /** without redirections, assignments before the program, and reserved words */
  readonly words: readonly ShellWord[];
  /** it is inside `( )`, `{ }`, or a compound command such as `if`, and cannot be removed alone */
  readonly isInside: boolean;
  /** it reads its input from a pipe or a file */
  readonly readsInput: boolean;
  /** it follows `&&` or `||`, so it may not run */
  readonly isConditional: boolean;
  /** the line of its first word, from 1 */
  readonly line: number;
  /** only `;` or the end of a line stands before and behind it, so the shell itself runs it, whatever else ended how */
  readonly isPlain: boolean;
}

/**
 * Splits a command line or a whole script into its simple commands, in order, as sh(1) does (POSIX,
 * Shell Command Language): blanks, quotes, escapes, comments, operators, redirections, here-documents.
 * Expands nothing. An unclosed quote ends with the text.
 */
export function commandsIn(text: string): ShellCommand[] {
  const commands: ShellCommand[] = [];
  const state = { depth: 0, parens: 0, piped: false, before: '' };
  let words: ShellWord[] = [];
  let [readsInput, isTarget, documents] = [false, false, [] as string[]];
  let [isConditional, line, first] = [false, 1, 1];
  /** the words up to `)` are a pattern of `case` */
  let isPattern = false;
  const finish = (next: string) => {
    if (isPattern && words[0]?.raw !== 'esac') words = [];
    else if (words.length > 0) isPattern = words[0]?.raw === 'case' && words.at(-1)?.raw === 'in';
    const { own, isInside } = stripped(words, state);
    const from = readsInput || state.piped;
    if (own.length > 0)
      commands.push({
        words: own,
        isInside: isInside || state.depth + state.parens > 0,
        readsInput: from,
        isConditional,
        line: first,
        isPlain: isEnd(state.before) && isEnd(next),
      });
    // A line may end behind && and its kind: the list goes on.
    if (words.length > 0 || next !== '\n') state.before = next;
    [words, readsInput, isTarget] = [[], false, false];
  };
  for (let at = 0; at < text.length; ) {
    const { raw, groups } = tokenAt(text, at);
    const start = at;
    at += raw.length;
    if (groups.word !== undefined) {
      const word = wordOf(raw);
      if (words.length === 0) first = line;
      if (!isTarget) words.push(word);
      else if (documents.at(-1) === '') documents[documents.length - 1] = word.value ?? raw;
      isTarget = false;
    } else if (groups.redirection !== undefined) {
      readsInput ||= raw.includes('<');
      if (/<<-?$/.test(raw)) documents.push('');
      isTarget = true;
    } else if (groups.operator !== undefined) {
      finish(raw);
      if (raw === ';;') isPattern = true;
      else if (raw === ')') isPattern = false;
      state.piped = raw === '|';
      // A pipe or `&` leaves a list as it is; `;` and a line break begin another one.
      if (raw === '&&' || raw === '||') isConditional = true;
      else if (raw !== '|' && raw !== ')') isConditional = false;
      if (raw === '(') state.parens += 1;
      // A ")" without a "(" belongs to a pattern of `case`.
      if (raw === ')') state.parens = Math.max(0, state.parens - 1);
      if (raw === '\n' && documents.length > 0) {
        at = endOfDocuments(text, at, documents);
        documents = [];
      }
    }
    line += text.slice(start, at).split('\n').length - 1;
  }
  finish('');
  return commands;
}

/** Whether an operator ends a list of commands. */
function isEnd(operator: string): boolean {
  return operator === '' || operator === ';' || operator === '\n';
}

/** One operator or word; blanks, comments and joined lines between them are tokens as well. */
const token =
  /(?<blank>[ \t\r]+|\\\r?\n)|(?<comment>#[^\n]*)|(?<redirection>\d*(?:<<-?|<&|>&|>>|<>|>\||[<>])|&>>?)|(?<operator>\n|;;|;|&&|&|\|\||\||\(|\))|(?<word>(?:\\[\s\S]?|'[^']*'?|"(?:[^"\\]|\\[\s\S])*"?|`(?:[^`\\]|\\[\s\S])*`?|\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)?|\$\{[^}]*\}?|[^\s;&|()<>'"`\\])+)/y;

function tokenAt(text: string, at: number): { raw: string; groups: Record<string, string | undefined> } {
  token.lastIndex = at;
  const match = token.exec(text);
  // Every character begins a token, except white space that is no blank to a shell: it is skipped like one.
  return { raw: match?.[0] ?? text.charAt(at), groups: match?.groups ?? {} };
}

/** The offset after the here-documents that begin at an offset. */
function endOfDocuments(text: string, at: number, delimiters: readonly string[]): number {
  let from = at;
  for (const delimiter of delimiters) {
    for (let isOpen = true; isOpen && from < text.length; ) {
      const end = text.indexOf('\n', from);
      const line = text.slice(from, end < 0 ? text.length : end);
      from = end < 0 ? text.length : end + 1;
      isOpen = line.replace(/^\t+/, '') !== delimiter;
    }
  }
  return from;
}

/** Words that begin, join or end a compound command, in a place where a command may begin. */
const reserved = /^(!|if|then|elif|else|fi|while|until|do|done|esac|\{|\})$/;

/** The words of a simple command, and whether the reserved words before it make it part of a compound command. */
function stripped(
  words: readonly ShellWord[],
  state: { depth: number },
): { own: readonly ShellWord[]; isInside: boolean } {
  let from = 0;
  let isInside = false;
  for (; from < words.length; from += 1) {
    const { raw = '' } = words[from] ?? {};
    if (/^(for|case)$/.test(raw)) {
      state.depth += 1;
      break;
    }
    if (reserved.test(raw)) {
      isInside ||= raw !== '!';
      if (/^(if|while|until|\{)$/.test(raw)) state.depth += 1;
      if (/^(fi|done|esac|\})$/.test(raw)) state.depth = Math.max(0, state.depth - 1);
    } else if (!/^[A-Za-z_]\w*=/.test(raw) || words[from]?.substitutions.length) break;
  }
  return { own: words.slice(from), isInside };
}

/** The parts of a word. */
const part =
  /\\\r?\n|\\(?<escaped>[\s\S]?)|'(?<single>[^']*)'?|"(?<double>(?:[^"\\]|\\[\s\S])*)"?|`(?<back>(?:[^`\\]|\\[\s\S])*)`?|\$\((?<paren>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)?|(?<other>[\s\S])/g;

function wordOf(raw: string): ShellWord {
  if (/^([\w.:=/%,+@-]*|\[\[?)$/.test(raw)) return { raw, value: raw, text: raw, substitutions: [] };
  let value: string | undefined = '';
  const substitutions: string[] = [];
  let text = '';
  const add = (more: string | undefined, written: string) => {
    value = more === undefined || value === undefined ? undefined : value + more;
    text += more ?? written;
  };
  for (const { 0: all, groups = {} } of raw.matchAll(part)) {
    const { escaped, single, double, back, paren, other } = groups;
    const inner = double ?? '';
    if (back !== undefined) substitutions.push(back.replace(/\\([`\\$])/g, '$1'));
    if (paren !== undefined) substitutions.push(paren);
    substitutions.push(...substitutionsIn(inner));
    if (back !== undefined || paren !== undefined) add(undefined, all);
    else if (double !== undefined) add(quoted(inner), inner.replace(/\\(["\\$`])/g, '$1'));
    // rc-wait expands no pattern, tilde or brace.
    else if (other !== undefined) add(/[$*?[{~]/.test(other) ? undefined : other, other);
    else add(single ?? escaped ?? '', '');
  }
  return { raw, value, text, substitutions };
}

/** The value of the text between double quotes, where only `$`, backquotes and some escapes are special. */
function quoted(inner: string): string | undefined {
  if (/(?<!\\)(?:\\\\)*[$`]/.test(inner)) return undefined;
  return inner.replace(/\\\r?\n/g, '').replace(/\\(["\\$`])/g, '$1');
}

function substitutionsIn(inner: string): string[] {
  const found = inner.matchAll(/\$\(([^()]*(?:\([^()]*\)[^()]*)*)\)|(?<!\\)`((?:[^`\\]|\\[\s\S])*)`/g);
  return [...found].map(([, paren, back]) => paren ?? back ?? '');
}
