import { ipChange, type Known, type RouteChange, routeChange } from './route-words.ts';
import { commandsIn, type ShellCommand, type ShellWord } from './script-words.ts';

/** What a command line of an `up` or `down` option has to do with IPv4 default routes. */
export type RouteCommand =
  /** nothing */
  | 'other'
  /** it adds, changes or deletes one, and does nothing else */
  | 'default-route'
  /** it does that together with something else: it cannot be taken out as a whole */
  | 'mixed'
  /** it changes routes, and which ones hangs on what only a shell could tell */
  | 'unclear';

/**
 * Sorts a command line of interfaces(5), which /bin/sh runs: `ip route add
 * default via …`, `route add default gw …` and their kind, with `|| true` and
 * redirections. Routes of IPv6 and of tables other than main are "other".
 */
export function routeCommand(commandLine: string): RouteCommand {
  const { changes, others, isLoose } = sorted(commandLine);
  const isDefault = ({ kind }: RouteChange) => kind === 'adds' || kind === 'deletes';
  if (changes.some(({ kind }) => kind === 'unclear')) return 'unclear';
  if (changes.length === 0) return 'other';
  return isLoose && others === 0 && changes.every(isDefault) ? 'default-route' : 'mixed';
}

/** Where an IPv4 default route leads, as far as a command says. */
export interface Way {
  readonly via: string | undefined;
  /** undefined also where only ifupdown knows it: `$IFACE` */
  readonly device: string | undefined;
}

/** The IPv4 default routes that a command line adds or changes; those that it deletes are none. */
export function waysAdded(commandLine: string): Way[] {
  return waysIn(sorted(commandLine).changes);
}

function waysIn(changes: readonly RouteChange[]): Way[] {
  return changes.flatMap((change) =>
    change.kind === 'adds' ? [{ via: change.via, device: change.device }] : [],
  );
}

/** What a command line, or a whole script, does with IPv4 default routes. */
export interface Doings {
  /** those that it surely adds, if it comes so far */
  readonly adds: readonly Way[];
  /** it changes routes, and only running it tells which; or it takes a default route away */
  readonly isUnclear: boolean;
  /** the programs and scripts that it runs, as words; undefined where only a shell could name one */
  readonly runs: readonly Known[];
}

/** What a command line, or a whole script of sh(1), does with IPv4 default routes. */
export function doingsOf(text: string): Doings {
  const plain = withLiterals(text);
  const { changes } = sorted(plain);
  const adds = waysIn(changes).filter(({ via, device }) => via !== undefined || device !== undefined);
  return {
    adds,
    isUnclear: changes.length > adds.length,
    runs: flat(plain).flatMap(({ words }) => runBy(words.map(({ value }) => value))),
  };
}

/** The text with the variables put in that it sets once, to a plain word. */
function withLiterals(text: string): string {
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

function runBy(words: readonly Known[]): Known[] {
  const [first, second] = programOf(words);
  const name = nameIn(first ?? '');
  if (first === undefined) return [undefined];
  if (/^(\.|source|(ba|da|k)?sh)$/.test(name)) return second?.startsWith('-') ? [] : [second];
  return harmless.test(name) || /^(ip|route|if|cd)$/.test(name) ? [] : [first];
}

interface Sorted {
  /** what the commands do that have to do with default routes */
  readonly changes: readonly RouteChange[];
  /** how many commands do something else */
  readonly others: number;
  /** no compound command or substitution holds them together */
  readonly isLoose: boolean;
}

function sorted(commandLine: string): Sorted {
  const commands = flat(commandLine).filter((command) => !doesNothing(command));
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

/** Deeper than anybody has a shell start a shell. */
const deepest = 4;

/** The commands of a line, those of its substitutions and of a shell that it starts among them. */
function flat(commandLine: string, depth = 0): ShellCommand[] {
  if (depth > deepest) return [];
  return unrolled(commandsIn(commandLine)).flatMap((command) => {
    const inner = command.words
      .flatMap(({ substitutions }) => substitutions)
      .flatMap((line) => flat(line, depth + 1).map((one) => ({ ...one, isInside: true })));
    const script = scriptOf(command.words);
    return [...(script === undefined ? [command] : flat(script, depth + 1)), ...inner];
  });
}

/** The commands with the variable of each `for` put in, once for each of its words. */
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

/** `name` of a word that is `$name`, `"$name"` or `${name}`. */
function variableOf({ raw }: ShellWord): string | undefined {
  return /^"?\$(?:(\w+)|\{(\w+)\})"?$/.exec(raw)?.slice(1).find(Boolean);
}

/** `… sh -c SCRIPT`, `eval SCRIPT` */
function scriptOf(all: readonly ShellWord[]): string | undefined {
  const words = all.slice(all.length - programOf(all.map(({ value }) => value)).length);
  const name = nameIn(words[0]?.value ?? '');
  if (name === 'eval')
    return words
      .slice(1)
      .map(({ text }) => text)
      .join(' ');
  if (!/^(ba|da|k)?sh$/.test(name)) return undefined;
  const at = words.findIndex(({ text }) => /^-\w*c$/.test(text));
  return at < 0 ? undefined : words[at + 1]?.text;
}

function doesNothing({ words }: ShellCommand): boolean {
  const [{ value: first = undefined } = {}] = words;
  return first !== undefined && /^(true|:|exit|sleep)$/.test(nameIn(first));
}

/** Words that only print, compare or read what stands after them. */
const harmless =
  /^(echo|printf|logger|test|\[|\[\[|grep|expr|for|case|cat|set|export|local|return|man|which|type|sed|awk)$/;

function changeOf({ words, readsInput }: ShellCommand): RouteChange {
  const known = programOf(words.map(({ value }) => value));
  const name = nameIn(known[0] ?? '');
  if (known[0] !== undefined && harmless.test(name)) return { kind: 'none' };
  // `ip -batch -`, and a shell that is handed its script.
  if (/^(ba|da|k)?sh$/.test(name) && readsInput) return { kind: 'unclear' };
  if (name === 'ip' && known[1] === 'netns') return { kind: 'none' };
  for (const [index, word] of known.entries()) {
    const program = word === undefined ? undefined : nameIn(word);
    // What xargs(1) puts behind the words is not among them.
    const rest = [...known.slice(index + 1), ...(name === 'xargs' ? [undefined] : [])];
    const change =
      program === 'ip'
        ? ipChange(rest)
        : program === 'route' && !isOfIp(known, index)
          ? routeChange(rest)
          : undefined;
    if (change !== undefined && change.kind !== 'none') return change;
  }
  return known[0] === undefined && looksLikeRoute(known.slice(1)) ? { kind: 'unclear' } : { kind: 'none' };
}

/** `route` as the object of `ip`. */
function isOfIp(words: readonly Known[], at: number): boolean {
  return words.slice(0, at).some((word) => word !== undefined && nameIn(word) === 'ip');
}

/** A program that only a shell could name, with the arguments of one that adds a default route. */
function looksLikeRoute(rest: readonly Known[]): boolean {
  return [ipChange(rest), routeChange(rest)].some(({ kind }) => kind === 'adds' || kind === 'deletes');
}

/** Programs that run the rest of their words: what they run counts. */
const wrappers =
  /^(sudo|exec|command|nohup|env|nice|ionice|timeout|time|setsid|busybox|chrt|stdbuf|builtin|doas)$/;

/** A command without the wrappers before its program, and their options. */
function programOf(words: readonly Known[]): readonly Known[] {
  let at = 0;
  for (; at < words.length - 1 && wrappers.test(nameIn(words[at] ?? '')); ) {
    at += 1;
    while (at < words.length - 1 && /^(-|\d|[A-Za-z_]\w*=)/.test(words[at] ?? '')) at += 1;
  }
  return words.slice(at);
}

function nameIn(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

/** Whether a program brings up interfaces, or tunnels, with what default route they have. */
export function isBringer(program: string): boolean {
  return /^(dhclient|dhcpcd|udhcpc|pump|pppd|pon|wg-quick|openvpn|nmcli|networkctl)$/.test(nameIn(program));
}
