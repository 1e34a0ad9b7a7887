import { RcWaitError } from '../../base/error.ts';
import { didYouMean } from '../../report/nearest.ts';
import type { CliCommand } from '../command.ts';
import { noSuchFlag } from './no-such-flag.ts';

/** Which command a command line means. */
export type Route =
  | {
      readonly kind: 'command';
      readonly command: CliCommand;
      readonly flags: readonly string[];
      /** words that are neither flags nor values of flags; only for commands that take them */
      readonly operands: readonly string[];
    }
  /** the whole program, or a group such as `network`: list its commands */
  | { readonly kind: 'overview'; readonly group: string | undefined };

/** Whether the command line asks for a text about the program instead of a command. */
export function wantsText(argv: readonly string[]): boolean {
  const [own] = splitAtEnd(argv);
  return own.some((argument) => ['--help', '-h', '--version'].includes(argument));
}

/** The arguments before the first `--`, and those after it; undefined: there is none. */
export function splitAtEnd(
  argv: readonly string[],
): readonly [own: readonly string[], rest: readonly string[] | undefined] {
  const end = argv.indexOf('--');
  return end === -1 ? [argv, undefined] : [argv.slice(0, end), argv.slice(end + 1)];
}

/**
 * Finds the command before anything is parsed, so that yargs gets only the flags of that command, and
 * `status` does not pay for the texts of all others.
 * @throws RcWaitError USAGE for a word that is not a command
 */
export function route(argv: readonly string[], commands: readonly CliCommand[], fallback: CliCommand): Route {
  const [own, rest] = splitAtEnd(argv);
  const [named] = wordsIn(own, valueFlags(commands));
  if (rest === undefined || !fallback.takesProgram || (named !== undefined && named.word !== fallback.name))
    return routeWords(argv, commands, fallback);
  const where = routeWords(own, commands, fallback);
  if (where.kind === 'overview') return where;
  if (!rest[0] && !wantsText(own)) throw nothingToRun();
  return { ...where, operands: rest };
}

function routeWords(argv: readonly string[], commands: readonly CliCommand[], fallback: CliCommand): Route {
  const words = wordsIn(argv, valueFlags(commands));
  const [first, second] = words;
  const wantsHelp = wantsText(argv);
  if (first === undefined) {
    return wantsHelp
      ? { kind: 'overview', group: undefined }
      : { kind: 'command', command: fallback, flags: argv, operands: [] };
  }
  const name = [first.word, second?.word].filter((word) => word !== undefined).join(' ');
  const nested = commands.find((one) => one.name === name);
  const command = nested ?? commands.find((one) => one.name === first.word);
  if (command !== undefined) {
    const own = words.slice(0, command.name.split(' ').length);
    if (command.operands !== undefined) return withOperands(command, argv, commands, own.length);
    const stray = words[own.length];
    if (stray !== undefined)
      throw unknownFlagOf(stray, argv, commands, command) ?? misplaced(stray.word, command, commands);
    return { kind: 'command', command, flags: without(argv, own), operands: [] };
  }
  const group = commands.filter((one) => one.name.startsWith(`${first.word} `));
  if (group.length > 0 && second === undefined && wantsHelp) return { kind: 'overview', group: first.word };
  if (group.length > 0 && second === undefined) throw unfinished(first.word, group);
  throw (
    unknownFlagOf(second ?? first, argv, commands) ?? noSuchCommand(name, group.length > 0 ? group : commands)
  );
}

/**
 * Splits the words again: a flag that takes a value elsewhere may be a switch of this command, and would
 * swallow its first operand.
 */
function withOperands(
  command: CliCommand,
  argv: readonly string[],
  commands: readonly CliCommand[],
  nameLength: number,
): Route {
  const withValue = new Set(valueFlags(commands));
  for (const [name, { boolean }] of Object.entries(command.flags)) if (boolean) withValue.delete(`--${name}`);
  const words = wordsIn(argv, withValue);
  const rest = words.slice(nameLength);
  const stray = rest[0] && unknownFlagOf(rest[0], argv, commands, command);
  if (stray !== undefined) throw stray;
  return {
    kind: 'command',
    command,
    flags: without(argv, words),
    operands: rest.map(({ word }) => word),
  };
}

interface Word {
  readonly word: string;
  readonly index: number;
}

/** The arguments that are neither flags nor the values of flags. */
function wordsIn(argv: readonly string[], withValue: ReadonlySet<string>): readonly Word[] {
  const words: Word[] = [];
  let flagsEnded = false;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (flagsEnded || !word.startsWith('-')) words.push({ word, index });
    else if (word === '--') flagsEnded = true;
    else if (withValue.has(word)) index += 1;
  }
  return words;
}

/** `--timeout` and so on: the word after such a flag is not a command. */
function valueFlags(commands: readonly CliCommand[]): ReadonlySet<string> {
  const flags = commands.flatMap((command) => Object.entries(command.flags));
  return new Set(flags.filter(([, { boolean }]) => !boolean).map(([name]) => `--${name}`));
}

function without(argv: readonly string[], words: readonly Word[]): readonly string[] {
  return argv.filter((_argument, index) => !words.some((word) => word.index === index));
}

/** For `--tmeout 5m` the error is about the flag, not that 5m is no command. */
function unknownFlagOf(
  { index }: Word,
  argv: readonly string[],
  commands: readonly CliCommand[],
  command?: CliCommand,
): RcWaitError | undefined {
  const before = argv[index - 1] ?? '';
  const known = commands.flatMap(({ flags }) =>
    Object.keys(flags).flatMap((name) => [`--${name}`, `--no-${name}`]),
  );
  if (!/^--[^=]+$/.test(before) || [...known, '--help', '--version'].includes(before)) return undefined;
  return noSuchFlag([before], command, commands);
}

/** A word behind a command that takes none; `history` has commands below it, which may have been meant. */
function misplaced(word: string, command: CliCommand, commands: readonly CliCommand[]): RcWaitError {
  const below = commands.filter(({ name }) => name.startsWith(`${command.name} `));
  return below.length === 0
    ? strayWord(word, command)
    : noSuchCommand(`${command.name} ${word}`, [command, ...below]);
}

function strayWord(word: string, { name, takesProgram }: CliCommand): RcWaitError {
  const run = takesProgram ? `a command to run stands after --: rc-wait ${name} -- COMMAND; ` : '';
  return new RcWaitError(
    'USAGE',
    `cannot use the argument ${JSON.stringify(word)}: ${name} takes flags only`,
    {
      hint: `${run}see rc-wait ${name} --help`,
    },
  );
}

/** In a script, `rc-wait wait -- $COMMAND` or `-- "$COMMAND"` with an empty variable would run nothing without a word. */
function nothingToRun(): RcWaitError {
  return new RcWaitError('USAGE', 'cannot run what follows --: a command is expected there', {
    hint: 'leave out -- to wait only',
  });
}

function unfinished(word: string, group: readonly CliCommand[]): RcWaitError {
  return new RcWaitError('USAGE', `cannot run "${word}" alone: it needs a command`, {
    hint: `the commands are: ${namesOf(group)}`,
  });
}

function noSuchCommand(name: string, commands: readonly CliCommand[]): RcWaitError {
  return new RcWaitError('USAGE', `cannot run ${JSON.stringify(name)}: there is no such command`, {
    hint: `${didYouMean(
      name,
      commands.filter(({ hidden }) => !hidden).map((one) => one.name),
    )}the commands are: ${namesOf(commands)}`,
  });
}

function namesOf(commands: readonly CliCommand[]): string {
  return commands
    .filter(({ hidden }) => !hidden)
    .map(({ name }) => name)
    .join(', ');
}
