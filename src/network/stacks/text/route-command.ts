import { ipChange, type Known, type RouteChange, routeChange } from './route-words.ts';
import {
  isHarmless,
  isOtherInterpreter,
  isShell,
  nameIn,
  programOf,
  scriptOf,
  toolIn,
} from './script/launch.ts';
import { commandsIn, type ShellCommand, type ShellWord } from './script-words.ts';

/** The effect of a command line of an `up` or `down` option on IPv4 default routes. */
export type RouteCommand =
  /** no effect */
  | 'other'
  /** it adds, changes or deletes one, and does nothing else */
  | 'default-route'
  /** it does that and something else, so it cannot be disabled as a whole */
  | 'mixed'
  /** it changes routes, and only a shell could tell which */
  | 'unclear';

/**
 * Classifies a command line of interfaces(5), which /bin/sh runs: `ip route add
 * default via …`, `route add default gw …` and similar, with `|| true` and
 * redirections. Routes of IPv6 and of tables other than main are "other".
 */
export function routeCommand(commandLine: string): RouteCommand {
  const { changes, others, isLoose } = sorted(commandLine);
  const isDefault = ({ kind }: RouteChange) => kind === 'adds' || kind === 'deletes';
  if (changes.some(({ kind }) => kind === 'unclear')) return 'unclear';
  if (changes.length === 0) return 'other';
  return isLoose && others === 0 && changes.every(isDefault) ? 'default-route' : 'mixed';
}

/** The next hop of an IPv4 default route, as far as a command names it. */
export interface NextHop {
  readonly via: string | undefined;
  /** undefined also if only ifupdown knows it: `$IFACE` */
  readonly device: string | undefined;
}

/** The IPv4 default routes that a command line adds or changes, without those that it deletes. */
export function nextHopsAdded(commandLine: string): NextHop[] {
  return nextHopsIn(sorted(commandLine).changes);
}

function nextHopsIn(changes: readonly RouteChange[]): NextHop[] {
  return changes.flatMap((change) =>
    change.kind === 'adds' ? [{ via: change.via, device: change.device }] : [],
  );
}

/** The text with each variable replaced that is set exactly once, to a plain word. */
export function withLiterals(text: string): string {
  const values = new Map<string, string | undefined>();
  for (const [, name = '', value = ''] of text.matchAll(
    /^[ \t]*(?:export[ \t]+|local[ \t]+)?([A-Za-z_]\w*)=["']?([^"'\s;#]*)["']?/gm,
  )) {
    values.set(name, values.has(name) || !/^[\w.:/-]+$/.test(value) ? undefined : value);
  }
  return text.replace(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (all, bare?: string, braced?: string) => values.get(bare ?? braced ?? '') ?? all,
  );
}

interface Sorted {
  /** the changes to default routes, one for each command that makes one */
  readonly changes: readonly RouteChange[];
  /** the number of commands that do something else */
  readonly others: number;
  /** no compound command or substitution holds the commands together */
  readonly isLoose: boolean;
}

function sorted(commandLine: string): Sorted {
  const commands = commandsOf(commandLine).filter((command) => !doesNothing(command));
  const all = commands.map((command) => ({ command, change: changeOf(command) }));
  const changing = all.filter(({ change }) => change.kind !== 'none');
  return {
    changes: changing.map(({ change }) => change),
    others: all.length - changing.length,
    isLoose: all.every(
      ({ command }) =>
        !command.isInside && command.words.every(({ substitutions }) => substitutions.length === 0),
    ),
  };
}

/** Levels of nested shells to read; nobody nests deeper. */
const deepest = 4;

/** The commands of a line or script, including those of its substitutions and of shells that it starts. */
export function commandsOf(commandLine: string, depth = 0): ShellCommand[] {
  if (depth > deepest) return [];
  return unrolled(reached(commandsIn(commandLine))).flatMap((command) => {
    const { line, isConditional, isInside } = command;
    const inner = command.words
      .flatMap(({ substitutions }) => substitutions)
      .flatMap((text) => commandsOf(text, depth + 1).map((one) => ({ ...one, isInside: true, line })));
    const script = scriptOf(command.words);
    if (script === undefined) return [command, ...inner];
    const own = commandsOf(script, depth + 1).map((one) => ({
      ...one,
      line,
      isConditional: isConditional || isInside || one.isConditional,
    }));
    return [...own, ...inner];
  });
}

/** The commands up to the first that ends the shell: `exit`, or `exec` with a program, neither in a list nor inside. */
function reached(commands: readonly ShellCommand[]): readonly ShellCommand[] {
  const last = commands.findIndex(({ words: [first, second], isInside, isPlain }) => {
    if (!isPlain || isInside) return false;
    // `exec {fd}>file` of bash opens a file and goes on.
    return first?.raw === 'exit' || (first?.raw === 'exec' && second?.raw.startsWith('{') === false);
  });
  // The ends of these compound commands of bash are not followed, so what is inside them is not known.
  const isOpen = commands
    .slice(0, Math.max(last, 0))
    .some(({ words }) => /^(function|select|coproc|time)$/.test(words[0]?.raw ?? ''));
  return last < 0 || isOpen ? commands : commands.slice(0, last + 1);
}

/** The commands with the variable of each `for` replaced, once for each word of its list. */
function unrolled(commands: readonly ShellCommand[]): ShellCommand[] {
  const lists = new Map<string, readonly ShellWord[]>();
  return commands.flatMap((command) => {
    const [first, name, , ...list] = command.words;
    if (first?.raw === 'for' && name !== undefined) lists.set(name.raw, list);
    const used = [...lists.keys()].find((one) => command.words.some((word) => variableOf(word) === one));
    const values = used === undefined ? [] : (lists.get(used) ?? []);
    if (used === undefined || values.length === 0) return [command];
    return values.map((value) => ({
      ...command,
      words: command.words.map((word) => (variableOf(word) === used ? value : word)),
    }));
  });
}

/** The name in a word that is `$name`, `"$name"` or `${name}`. */
function variableOf({ raw }: ShellWord): string | undefined {
  return /^"?\$(?:(\w+)|\{(\w+)\})"?$/.exec(raw)?.slice(1).find(Boolean);
}

function doesNothing({ words }: ShellCommand): boolean {
  const [{ value: first = undefined } = {}] = words;
  return first !== undefined && /^(true|:|exit|sleep)$/.test(nameIn(first));
}

/** The effect of a simple command on IPv4 default routes. */
export function changeOf({ words, readsInput }: ShellCommand): RouteChange {
  const known = programOf(words.map(({ value }) => value));
  const name = nameIn(known[0] ?? '');
  if (known[0] !== undefined && isHarmless(name)) return { kind: 'none' };
  // Like `ip -batch -`: a shell that reads its script from standard input.
  if (isShell(name) && readsInput && readsStandardInput(known)) return { kind: 'unclear' };
  const rest = words.slice(words.length - known.length + 1);
  if (isOtherInterpreter(name) && rest.some(({ text }) => codeSetsRoutes(text))) return { kind: 'unclear' };
  if (name === 'ip' && known[1] === 'netns') return { kind: 'none' };
  for (const [index, word] of known.entries()) {
    const program = word === undefined ? undefined : toolIn(word);
    // xargs(1) appends words that are not in the command line.
    const after = [...known.slice(index + 1), ...(name === 'xargs' ? [undefined] : [])];
    const change =
      program === 'ip'
        ? ipChange(after)
        : program === 'route' && !isOfIp(known, index)
          ? routeChange(after)
          : undefined;
    if (change !== undefined && change.kind !== 'none') return change;
  }
  return known[0] === undefined && looksLikeRoute(known.slice(1)) ? { kind: 'unclear' } : { kind: 'none' };
}

/**
 * Whether code in a language other than sh(1), such as that of `python3 -c`, names a command that changes the default
 * route, as one text or word by word (`["ip", "route", …]`), or uses pyroute2 for it.
 */
function codeSetsRoutes(code: string): boolean {
  if (code.includes('pyroute2') && /default|0\.0\.0\.0/.test(code)) return true;
  return code
    .replace(/["'],\s*["']/g, ' ')
    .split(/["'`()[\];\n]/)
    .some((piece) => commandsIn(piece).some((command) => changeOf(command).kind !== 'none'));
}

/** Whether a shell has no file to read, so it reads its standard input. */
function readsStandardInput([, ...rest]: readonly Known[]): boolean {
  return rest.every((word) => word?.startsWith('-')) || rest.some((word) => /^-\w*s$/.test(word ?? ''));
}

/** Whether `route` is the object of `ip`. */
function isOfIp(words: readonly Known[], at: number): boolean {
  return words.slice(0, at).some((word) => word !== undefined && toolIn(word) === 'ip');
}

/** A program whose name only a shell could tell, with the arguments of a command for default routes. */
function looksLikeRoute(rest: readonly Known[]): boolean {
  return [ipChange(rest), routeChange(rest)].some(({ kind }) => kind === 'adds' || kind === 'deletes');
}
