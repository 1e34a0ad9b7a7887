import type { Known } from '../route-words.ts';
import type { ShellCommand, ShellWord } from '../script-words.ts';

/** A file, or the files of a folder, that a command runs. */
export interface Launch {
  /** absolute paths, which may be globs; the first that exists counts. Empty if only a shell could tell */
  readonly candidates: readonly string[];
  /** `executed` files need the permission; files that an interpreter reads do not. `folder`: by run-parts(8) */
  readonly how: 'executed' | 'shell' | 'other-language' | 'folder';
  /** found by the search path, so it may belong to the distribution, or not exist here */
  readonly isNamed: boolean;
  /** the command, for a person */
  readonly words: string;
  /** from 1 */
  readonly line: number;
  /** it runs only under a condition */
  readonly isConditional: boolean;
}

/** Where a command line looks for what it runs. */
export interface ShellPlace {
  /** the working folder; undefined if only a shell could tell */
  readonly folder: string | undefined;
  readonly searchPath: readonly string[];
}

/** A wrapper, which runs the rest of its words as a command. */
interface Wrapper {
  /** options whose value is the next word */
  readonly valued?: RegExp;
  /** words between its options and the command, such as the lock file of flock(1) */
  readonly takes?: number;
}

const wrappers: Readonly<Record<string, Wrapper>> = {
  sudo: { valued: /^(-[ugpCchrtTUDR]|--(user|group|prompt|chdir|host|close-from|command-timeout))$/ },
  doas: { valued: /^-[uC]$/ },
  env: { valued: /^(-[uC]|--(unset|chdir))$/ },
  nice: { valued: /^(-n|--adjustment)$/ },
  ionice: { valued: /^(-[cn]|--(class|classdata))$/ },
  timeout: { valued: /^(-[ks]|--(kill-after|signal))$/, takes: 1 },
  time: { valued: /^-[fo]$/ },
  flock: { valued: /^(-[wE]|--(wait|timeout|conflict-exit-code))$/, takes: 1 },
  chrt: { valued: /^-[TPD]$/, takes: 1 },
  taskset: { takes: 1 },
  stdbuf: { valued: /^-[ioe]$/ },
  logsave: { takes: 1 },
  action: { takes: 1 },
  exec: { valued: /^-a$/ },
  cgexec: { valued: /^-g$/ },
  'systemd-run': { valued: /^(-[puEMHtC]|--(property|unit|setenv|machine|host|slice|description|uid|gid))$/ },
  'systemd-inhibit': {},
  'systemd-cat': { valued: /^-[tp]$/ },
  ...Object.fromEntries(
    ['command', 'builtin', 'nohup', 'setsid', 'busybox', 'chronic', 'eatmydata', 'run-one'].map((name) => [
      name,
      {},
    ]),
  ),
};

/** The command without wrappers before its program, and without their options. */
export function programOf(words: readonly Known[]): readonly Known[] {
  let at = 0;
  for (;;) {
    const name = nameIn(words[at] ?? '');
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (wrapper === undefined || at >= words.length - 1) break;
    // A question about a program: `command -v ip`.
    if (name === 'command' && /^-[vV]+$/.test(words[at + 1] ?? '')) break;
    let next = at + 1;
    while (next < words.length && /^(-|[A-Za-z_]\w*=)/.test(words[next] ?? '')) {
      if (words[next] === '--') {
        next += 1;
        break;
      }
      next += wrapper.valued?.test(words[next] ?? '') ? 2 : 1;
    }
    next += wrapper.takes ?? 0;
    if (next >= words.length) break;
    at = next;
  }
  return words.slice(at);
}

/** The name of a program without its folder. */
export function nameIn(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

/** The name of a program, if it lies where programs do: `/opt/route` is somebody's script, and not route(8). */
export function toolIn(program: string): string {
  return /^([^/]*|.*\/(s?bin|busybox)\/[^/]*)$/.test(program) ? nameIn(program) : '';
}

/** Whether a program is a shell of sh(1)'s kind. */
export function isShell(name: string): boolean {
  return /^(ba|da|k|z|a|mk|pdk|r?ba)?sh$/.test(name);
}

/** The script in the words of `… sh -c SCRIPT`, `su -c SCRIPT`, `flock F -c SCRIPT` or `eval SCRIPT`. */
export function scriptOf(all: readonly ShellWord[]): string | undefined {
  const words = all.slice(all.length - programOf(all.map(({ value }) => value)).length);
  const name = nameIn(words[0]?.value ?? '');
  if (name === 'eval') return textOf(words.slice(1));
  const isReader = isShell(name) || /^(su|runuser|script|watch)$/.test(name);
  if (name === 'watch') return textOf(words.slice(1).filter(({ text }) => !text.startsWith('-')));
  // flock is a wrapper, whose "command" is then the option itself.
  const isFlock = all.some(({ value }) => nameIn(value ?? '') === 'flock') && /^-c$/.test(name);
  if (!isReader && !isFlock) return undefined;
  const long = words.find(({ text }) => text.startsWith('--command='));
  if (long !== undefined) return long.text.slice('--command='.length);
  const at = words.findIndex(({ text }) => /^(-\w*c|--command)$/.test(text));
  return at < 0 ? undefined : words[at + 1]?.text;
}

function textOf(words: readonly ShellWord[]): string {
  return words.map(({ text }) => text).join(' ');
}

/** Words that only print, compare, read or remember their arguments, and commands that start no file of their own. */
const harmless =
  /^(echo|printf|logger|test|\[|\[\[|grep|egrep|fgrep|expr|for|case|cat|set|export|local|readonly|return|man|which|type|sed|awk|read|shift|unset|umask|ulimit|trap|wait|true|false|:|exit|sleep|alias|declare|typeset|hash|kill|break|continue|select|function|command)$/;

/** Whether a program only prints, compares, reads or remembers its arguments. */
export function isHarmless(name: string): boolean {
  return harmless.test(name);
}

/** Interpreters other than shells, and their options with a value. */
const interpreters: readonly (readonly [name: RegExp, valued: RegExp, code: RegExp])[] = [
  [/^(python|pypy)[\d.]*$/, /^-[WXQ]$/, /^-\w*[cm]$/],
  [/^perl[\d.]*$/, /^-[I]$/, /^-\w*[eE]$/],
  [/^ruby[\d.]*$/, /^-[IrC]$/, /^-\w*e$/],
  [/^php[\d.]*$/, /^-[cdz]$/, /^-[rB]$/],
  [/^(node|nodejs|lua[\d.]*|tclsh[\d.]*|expect|csh|tcsh|fish)$/, /^-[rl]$/, /^-[ec]$/],
];

/** Whether a name in a `#!` line, or before a file, is an interpreter that is no shell of sh(1)'s kind. */
export function isOtherInterpreter(name: string): boolean {
  return interpreters.some(([pattern]) => pattern.test(name));
}

/** What a simple command runs; empty for what starts no file, such as `cd` or `echo`. */
export function launchesOf(command: ShellCommand, place: ShellPlace): Launch[] {
  const words = command.words.slice(
    command.words.length - programOf(command.words.map(({ value }) => value)).length,
  );
  const [first] = words;
  if (first === undefined) return [];
  const name = nameIn(first.value ?? '');
  const make = (word: ShellWord | undefined, how: Launch['how'], isNamed = false): Launch => ({
    candidates: word === undefined ? [] : placesOf(word, place, how),
    how,
    isNamed,
    words: textOf(command.words),
    line: command.line,
    isConditional: command.isInside || command.isConditional,
  });
  const argument = (valued: RegExp) => plainWords(words.slice(1), valued)[0];
  if (first.value === undefined) return [make(first, 'executed')];
  if (/^(\.|source)$/.test(name)) return [make(words[1], 'shell')];
  if (isShell(name)) return ofShell(words, make);
  if (/^(su|runuser)$/.test(name)) {
    const [, script] = plainWords(words.slice(1), /^(-[cgGsuw]|--(shell|group|user))$/);
    return script === undefined || scriptOf(words) !== undefined ? [] : [make(script, 'shell')];
  }
  if (name === 'run-parts')
    return [make(plainWords(words.slice(1), /^(-[au]|--(arg|umask|regex))$/).at(-1), 'folder')];
  if (name === 'start-stop-daemon') {
    const at = words.findLastIndex(({ text }) => /^(-[xa]|--(exec|startas))$/.test(text));
    return at < 0 || words[at + 1] === undefined ? [] : [make(words[at + 1], 'executed')];
  }
  const interpreter = interpreters.find(([pattern]) => pattern.test(name));
  if (interpreter !== undefined) {
    const [, valued, code] = interpreter;
    if (words.some(({ text }) => code.test(text))) return [];
    const script = argument(valued);
    return script === undefined ? [] : [make(script, 'other-language')];
  }
  const isTool = isOfSystem(first.value) || !first.value.includes('/');
  if (isTool && (isHarmless(name) || /^(ip|route|if|cd|pushd|popd)$/.test(name))) return [];
  return [make(first, 'executed', !first.value.includes('/'))];
}

/** Whether a file belongs to the distribution, by its folder. */
export function isOfSystem(path: string): boolean {
  return /^\/(usr\/)?(s?bin|lib(32|64|x32)?|libexec|share)\//.test(path);
}

/** What a shell with arguments reads; it reads its standard input, or a `-c` script, without one. */
function ofShell(
  words: readonly ShellWord[],
  make: (word: ShellWord | undefined, how: Launch['how']) => Launch,
): Launch[] {
  if (scriptOf(words) !== undefined) return [];
  const rest = words.slice(1);
  if (rest.some(({ text }) => /^-\w*s$/.test(text))) return [];
  const [script] = plainWords(rest, /^([-+][oO]|--(rcfile|init-file))$/);
  return script === undefined ? [] : [make(script, 'shell')];
}

/** The words that are neither options nor their values. */
function plainWords(words: readonly ShellWord[], valued: RegExp): ShellWord[] {
  const end = words.findIndex(({ text }) => text === '--');
  const before = end < 0 ? words : words.slice(0, end);
  const plain = before.filter(
    ({ text }, at) => !/^[-+]/.test(text) && !valued.test(before[at - 1]?.text ?? ''),
  );
  return [...plain, ...(end < 0 ? [] : words.slice(end + 1))];
}

/** The absolute paths that a word may mean; empty if only a shell could tell. */
function placesOf(word: ShellWord, { folder, searchPath }: ShellPlace, how: Launch['how']): string[] {
  const path = word.value ?? (isPattern(word.raw) ? word.raw : undefined);
  if (path === undefined || path === '') return [];
  if (path.startsWith('/')) return [normal(path)];
  const here = folder === undefined ? [] : [normal(`${folder}/${path}`)];
  if (path.includes('/') || how === 'folder' || how === 'other-language') return here;
  const found = searchPath.map((one) => normal(`${one}/${path}`));
  // bash(1) also looks in the working folder for a script; it never executes a program from there.
  return how === 'executed' ? found : [...here, ...found];
}

/** A pattern of file names, without any other expansion. */
function isPattern(raw: string): boolean {
  return /^[\w/.*?[\]@%+=:,-]+$/.test(raw);
}

/** An absolute path without `.`, `..` and double slashes. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const one of path.split('/')) {
    if (one === '..') parts.pop();
    else if (one !== '' && one !== '.') parts.push(one);
  }
  return `/${parts.join('/')}`;
}

/** The working folder after a command: `cd D` changes it. */
export function folderAfter({ words }: ShellCommand, folder: string | undefined): string | undefined {
  const [first, second] = words;
  if (!/^(cd|pushd)$/.test(first?.value ?? '')) return folder;
  const to = second === undefined ? '/root' : second.value;
  if (to === undefined) return undefined;
  if (to.startsWith('/')) return normal(to);
  return folder === undefined ? undefined : normal(`${folder}/${to}`);
}
