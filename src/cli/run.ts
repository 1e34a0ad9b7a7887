import { existsSync } from 'node:fs';
import { causeOf, failure } from '../app/failure.ts';
import type { Io } from '../app/io.ts';
import { RcWaitError } from '../base/error.ts';
import { didYouMean } from '../report/nearest.ts';
import { clean } from '../report/words.ts';
import { fromEnvironment, joinLists, oneOf } from './args/flags.ts';
import { bindNegatives } from './args/no-flags.ts';
import { noSuchFlag, seeHelp } from './args/no-such-flag.ts';
import { type Route, route, splitAtEnd, wantsText } from './args/route.ts';
import { withoutShortForms } from './args/short-forms.ts';
import { unknownVariables } from './args/variables.ts';
import type { CliCommand } from './command.ts';
import { commands, defaultCommand } from './commands/index.ts';
import { version } from './version.ts';

/** Runs a command line; resolves to its exit status. Never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    const understood = await understand(withoutShortForms(argv), io);
    if (!('text' in understood)) {
      const { where, args, settingFaults } = understood;
      return await where.command.run(args as never, io, where.operands, { commands, settingFaults });
    }
    io.out(`${understood.text}\n`);
    return 0;
  } catch (error) {
    return await failure(causeOf(error, io.signal), io);
  }
}

type CommandRoute = Extract<Route, { readonly kind: 'command' }>;

/** Parses a command line. For an invalid one it calls `onMisuse` of the command that was meant. */
async function understand(argv: readonly string[], io: Io) {
  let command: CliCommand | undefined = isForDefault(argv) ? defaultCommand : undefined;
  try {
    const where = route(argv, commands, defaultCommand);
    command = where.kind === 'command' ? where.command : undefined;
    if (where.kind === 'overview' || wantsText(argv)) return { text: await textFor(where, argv, io) };
    lookAtVariables(where.command, io);
    const { values, faults } = await settingsByHand(where.command, argv, io);
    const args = await parse(where, { ...io.env, ...values });
    await lookAtPaths(args, io);
    return { where, args, settingFaults: faults };
  } catch (error) {
    await command?.onMisuse?.(error, io);
    throw error;
  }
}

/** What the file of rc-wait.service adds to a command that a person types; the service has it in its environment. */
async function settingsByHand(command: CliCommand, argv: readonly string[], io: Io) {
  const { env, serviceFile } = io;
  const isByHand = command.serviceFile !== undefined && env.NOTIFY_SOCKET === undefined;
  // Most commands find no file, or one without a variable, and pay for one look.
  if (!isByHand || serviceFile === undefined || !existsSync(serviceFile)) return { values: {}, faults: [] };
  const { fromServiceFile } = await import('./service-file.ts');
  // What follows -- belongs to another program.
  return fromServiceFile(command, splitAtEnd(argv)[0], io, commands);
}

/**
 * A mistyped variable would be ignored without a word, and RC_WAIT_NETWROK=off would move the default route. In a service nobody
 * sees a warning, so the wait fails there.
 * @throws RcWaitError USAGE in a service that waits
 */
function lookAtVariables(command: CliCommand, { env, err }: Io): void {
  for (const { name, meant } of unknownVariables(env, commands)) {
    const message = `cannot use ${name}: there is no such variable`;
    const hint = meant === undefined ? 'rc-wait COMMAND --help shows them' : `did you mean ${meant}?`;
    if (command === defaultCommand && env.NOTIFY_SOCKET !== undefined)
      throw new RcWaitError('USAGE', message, { hint: `${hint} (see /etc/default/rc-wait and the unit)` });
    err(`rc-wait: warning: ${clean(message)}; ${clean(hint)}\n`);
  }
}

/** @throws RcWaitError CONFIGURATION if the file system of a named path does not answer */
async function lookAtPaths(args: unknown, io: Io): Promise<void> {
  const { requireNamedAnswers } = await import('../app/answering.ts');
  await requireNamedAnswers(args as Readonly<Record<string, unknown>>, io);
}

/** Whether a command line can only mean the default command, even if it is invalid. */
function isForDefault([first]: readonly string[]): boolean {
  return first === undefined || first === defaultCommand.name || first.startsWith('-');
}

/** Whether a command line is a wait on this server, and not its help. */
export function isWait(argv: readonly string[]): boolean {
  return isForDefault(argv) && !wantsText(argv);
}

/** What `--help` and `--version` print. Needs no parser, which takes longer to load than all the rest. */
async function textFor(where: Route, argv: readonly string[], io: Io): Promise<string> {
  const isVersion = argv.includes('--version') && !argv.some((argument) => /^(-h|--help)$/.test(argument));
  if (isVersion) return version;
  return (await import('./help.ts')).helpText(where, commands, Math.min(io.columns ?? 100, 110));
}

/** The arguments of a command. @throws RcWaitError USAGE */
async function parse({ flags, command }: CommandRoute, env: NodeJS.ProcessEnv): Promise<unknown> {
  const { default: yargs } = await import('yargs');
  // The second argument is the working directory by default, which may be gone and is not needed.
  return yargs([], '/')
    .locale('en')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'camel-case-expansion': false })
    .version(false)
    .help(false)
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      if (error instanceof RcWaitError) throw error;
      throw clarify(message || String(error), command);
    })
    .options(command.flags)
    .config(fromEnvironment(command, env))
    .parseSync([...bindNegatives(joinLists(flags, command.lists), command.flags)]);
}

/** yargs's messages in the style of rc-wait: what is wrong, what was expected, and what was probably meant. */
function clarify(message: string, command: CliCommand): RcWaitError {
  const wrongUsage = (what: string, meant = ''): RcWaitError =>
    new RcWaitError('USAGE', what, { hint: `${meant}${seeHelp(command.name)}` });
  const lines = message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = lines.join(' ');
  if (text.startsWith('cannot ')) return wrongUsage(text);
  const [, flag, given = '', list] =
    /^Invalid values: Argument: ([\w-]+), Given: "(.*?)", Choices: ("[^"]*"(?:, "[^"]*")*)/.exec(text) ?? [];
  if (flag !== undefined && list !== undefined) {
    const choices = list.replaceAll('"', '').split(', ');
    return wrongUsage(
      `cannot use --${flag} ${given}: ${oneOf(choices)} is expected`,
      didYouMean(given, choices),
    );
  }
  const [, lacking] = /^Not enough arguments following: ([\w-]+)$/.exec(text) ?? [];
  if (lacking !== undefined) return wrongUsage(`cannot use --${lacking}: a value is expected after it`);
  const [, unknown] = /^Unknown arguments?: (.+)$/.exec(text) ?? [];
  if (unknown === undefined)
    return wrongUsage(`cannot read the command line: ${text.charAt(0).toLowerCase()}${text.slice(1)}`);
  const names = unknown.split(', ').map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
  return noSuchFlag(names, command, commands);
}
