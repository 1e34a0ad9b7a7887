import type { Options } from 'yargs';
import { usualStateDir, variableNamed } from '../../app/options.ts';
import { parseDuration } from '../../base/duration.ts';
import { RcWaitError } from '../../base/error.ts';
import { stackNames } from '../../base/stack-names.ts';
import { entryOf } from '../../base/text.ts';
import { nearest } from '../../report/nearest.ts';
import type { CliCommand } from '../command.ts';

const durationWords = 'a duration such as 90s, 15m, 1h or infinity';

/** Only durations are coerced. */
const isDuration = ({ coerce }: Options): boolean => coerce !== undefined;

/** A flag whose value is any text; there is none unless it is given. */
export function textFlag(describe: string) {
  return { string: true, requiresArg: true, describe } as const satisfies Options;
}

/** A flag whose value is a duration in ms, or Infinity. */
export function durationFlag<const D extends string>(name: string, describe: string, defaultText: D) {
  return {
    string: true,
    requiresArg: true,
    describe,
    default: defaultText,
    coerce: (text: string): number => {
      const ms = parseDuration(text);
      if (ms !== undefined) return ms;
      throw new RcWaitError('USAGE', `cannot use --${name} ${text}: ${durationWords} is expected`);
    },
  } as const satisfies Options;
}

/** Which API, and how to reach it. */
export const apiFlags = {
  region: textFlag('Region of this server: dfw, hkg, iad, lon, ord or syd (default: found out)'),
  'api-url': textFlag('Base URL of the RackConnect API, instead of the one of the region'),
  interface: textFlag(
    'The ServiceNet interface: requests leave by it, and the gateway is set on it (default: found out)',
  ),
  'source-address': textFlag('Source address of the requests (default: that of the ServiceNet interface)'),
  'ca-file': textFlag('PEM file with the certificates to trust instead of the built-in ones'),
  'state-dir': {
    string: true,
    requiresArg: true,
    default: usualStateDir,
    describe: 'Where all rc-wait processes of this server keep account of their requests',
  },
} as const satisfies Record<string, Options>;

/** The source of the automation status. */
export const sourceFlag = {
  source: {
    requiresArg: true,
    choices: ['auto', 'api', 'xenstore'],
    default: 'auto',
    describe:
      "Who tells the status: the API, this server's xenstore (as root; costs no request), or auto: xenstore where the API gives no usable answer",
  },
} as const satisfies Record<string, Options>;

/** What to print. */
export const outputFlags = {
  output: {
    requiresArg: true,
    choices: ['human', 'json'],
    default: 'human',
    describe: 'How the result is printed on standard output',
  },
  quiet: { boolean: true, default: false, describe: 'Say nothing on standard error but warnings and errors' },
} as const satisfies Record<string, Options>;

/** Whether standard error has colours. */
export const colourFlag = {
  color: {
    requiresArg: true,
    choices: ['auto', 'always', 'never'],
    default: 'auto',
    describe:
      'Whether standard error has colours; auto: on a terminal, unless NO_COLOR is set or TERM is dumb',
  },
} as const satisfies Record<string, Options>;

/** Where the network configuration is. */
export const rootFlag = {
  root: {
    string: true,
    requiresArg: true,
    default: '/',
    describe: 'Read and write network files below this directory; nothing is reloaded or probed then',
  },
} as const satisfies Record<string, Options>;

/** What configures the network; with `off`, for commands that can leave it alone. */
export const networkFlag = {
  network: {
    requiresArg: true,
    choices: ['auto', 'off', ...stackNames],
    default: 'auto',
    describe:
      'Where the gateway is written; auto: where the interface is configured, and not at all where RackConnect does it',
  },
} as const satisfies Record<string, Options>;

export const stackFlag = {
  network: {
    requiresArg: true,
    choices: ['auto', ...stackNames],
    default: 'auto',
    describe: 'The stack to write the gateway for; auto: the one that configures the interface',
  },
} as const satisfies Record<string, Options>;

/** What happens to the interface that had the default route before. */
export const publicInterfaceFlag = {
  'public-interface': {
    requiresArg: true,
    choices: ['keep', 'disable'],
    default: 'keep',
    describe:
      'What to do with the interface that had the default route: it keeps its addresses, or it is down from then on, at every boot',
  },
} as const satisfies Record<string, Options>;

/** Which process has the right to change the network. */
export const privilegesFlag = {
  privileges: {
    requiresArg: true,
    choices: ['own', 'service'],
    default: 'own',
    describe:
      'own: this process may change the network; service: it may not, as rc-wait.service, and has systemd start a service that does',
  },
} as const satisfies Record<string, Options>;

/** What must work once the gateway is in use. */
export const probeFlag = {
  probe: textFlag(
    'Something that must take a connection once the gateway is in use, as tcp://HOST:PORT; may be given again. If it does not, all is put back',
  ),
} as const satisfies Record<string, Options>;

/** Flags whose values are joined with commas when they are given more than once. */
const listFlags: readonly string[] = Object.keys(probeFlag);

/**
 * The arguments with each list flag given once: yargs would use only the last one.
 * @param lines the command's own list flags: their values may contain commas, so line feeds join them
 */
export function joinLists(argv: readonly string[], lines: readonly string[] = []): readonly string[] {
  let joined = argv;
  for (const name of lines) joined = joinList(joined, `--${name}`, '\n');
  for (const name of listFlags) joined = joinList(joined, `--${name}`, ',');
  return joined;
}

function joinList(argv: readonly string[], flag: string, separator: string): readonly string[] {
  const values: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const next = argv[index + 1];
    if (argument.startsWith(`${flag}=`)) values.push(argument.slice(flag.length + 1));
    else if (argument === flag && next !== undefined) {
      values.push(next);
      index += 1;
    } else rest.push(argument);
  }
  return values.length < 2 ? argv : [...rest, flag, values.join(separator)];
}

/** A command, as far as the names of its variables depend on it. */
type Namer = Pick<CliCommand, 'name' | 'ownVariables'>;

/** The environment variable of a flag: shared by all commands, or this command's own. */
export function variableOf(flag: string, command?: Namer): string {
  const words = command?.ownVariables?.includes(flag) ? [command.name, flag] : [flag];
  return variableNamed(...words);
}

const truths: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
};

/**
 * The values that the environment sets for a command; flags on the command line override them. An empty
 * variable counts as unset, because EnvironmentFile= lines are often left empty.
 * @throws RcWaitError USAGE for a value that the flag cannot have; it names the variable, because nobody
 *   typed the flag
 */
export function fromEnvironment(
  command: Namer & Pick<CliCommand, 'flags'>,
  env: NodeJS.ProcessEnv,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(command.flags)) {
    const variable = variableOf(name, command);
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const wrong = (expected: string, meant?: string): RcWaitError =>
      new RcWaitError(
        'USAGE',
        `cannot use ${variable}=${text}: ${expected} is expected`,
        meant === undefined ? {} : { hint: `did you mean ${meant}?` },
      );
    if (flag.boolean) {
      const value = entryOf(truths, text.trim().toLowerCase());
      if (value === undefined) throw wrong('true or false');
      values[name] = value;
    } else if (flag.choices?.includes(text) === false) {
      // RC_WAIT_NETWORK=off is meant for `wait`; a person who types `network plan` does not mean it.
      if (name === 'network' && text === 'off') continue;
      throw wrong(oneOf(flag.choices), nearest(text, flag.choices.map(String)));
    } else if (isDuration(flag) && parseDuration(text) === undefined) {
      throw wrong(durationWords);
    } else {
      values[name] = text;
    }
  }
  return values;
}

/** `auto, off or netplan` */
export function oneOf(choices: readonly unknown[]): string {
  const words = choices.map(String);
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
