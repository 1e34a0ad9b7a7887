import { resolve } from 'node:path';
import type { Io } from '../app/io.ts';
import { readServiceFile } from '../app/named-file.ts';
import { RcWaitError, reasonOf } from '../base/error.ts';
import { clean } from '../report/words.ts';
import { fromEnvironment, variableOf } from './args/flags.ts';
import { unknownVariables } from './args/variables.ts';
import type { CliCommand, SettingFault } from './command.ts';

/**
 * Flags that a command typed by hand does not take from the file: they say how the service reports. And it is the service
 * that tells a stack or a hook service how its wait ended.
 */
const notByHand: readonly string[] = [
  ...['output', 'quiet', 'log-level', 'log-format'],
  ...['signal', 'signal-token', 'privileges'],
];

/** What a command typed by hand takes from the file of rc-wait.service. */
export interface FromServiceFile {
  /** variables that the environment and the flags leave open */
  readonly values: Readonly<Record<string, string>>;
  /** what the service would refuse in the file */
  readonly faults: readonly SettingFault[];
}

const nothing: FromServiceFile = { values: {}, faults: [] };

/**
 * Reads the variables of rc-wait.service's EnvironmentFile= for a command typed by hand, so that it does what the service
 * does, and says once what counts.
 * @throws RcWaitError USAGE for a value that the flag cannot have, unless the command reports such values itself
 */
export function fromServiceFile(
  command: CliCommand,
  argv: readonly string[],
  { env, err, serviceFile: path }: Io,
  commands: readonly CliCommand[],
): FromServiceFile {
  if (path === undefined || isOtherRoot(argv, env)) return nothing;
  const read = readServiceFile(path);
  if (read.kind === 'none') return nothing;
  if (read.kind === 'refused') {
    err(`rc-wait: warning: cannot use ${path}, which rc-wait.service uses: ${clean(read.why)}\n`);
    return nothing;
  }
  const faults = faultsIn(read.values, path, commands);
  const isWrong = (name: string): boolean => faults.some(({ variable }) => variable === name);
  const counting = Object.fromEntries(countingFor(command, read.values, argv, env));
  if (command.serviceFile !== 'judged') {
    // What the environment has as well was said of it.
    for (const { why, remedy } of faults.filter((one) => one.isUnknown && env[one.variable] === undefined))
      err(`rc-wait: warning: ${clean(why)}; ${clean(remedy)}\n`);
    const [wrong] = faults.filter(({ variable }) => counting[variable] !== undefined);
    if (wrong !== undefined) throw new RcWaitError('USAGE', wrong.why, { hint: wrong.remedy });
  }
  const values = Object.fromEntries(Object.entries(counting).filter(([name]) => !isWrong(name)));
  const words = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const isQuiet = argv.includes('--quiet');
  if (words.length > 0 && !isQuiet) err(`rc-wait: from ${path}: ${clean(words.join(' '))}\n`);
  return { values, faults };
}

/** The file is of this system, and says nothing of a disk below another root. */
function isOtherRoot(argv: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const at = argv.indexOf('--root');
  const joined = argv.find((argument) => argument.startsWith('--root='))?.slice('--root='.length);
  const root = joined ?? (at === -1 ? env[variableOf('root')] : argv[at + 1]);
  return root !== undefined && root !== '' && resolve('/', root) !== '/';
}

/** The variables that the command has a flag for, and that nobody gave by hand. */
function countingFor(
  command: CliCommand,
  values: ReadonlyMap<string, string>,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
): readonly (readonly [variable: string, value: string])[] {
  return Object.entries(command.flags).flatMap(([flag, { choices }]) => {
    const variable = variableOf(flag, command);
    const value = values.get(variable);
    const isGiven = argv.some((argument) =>
      [`--${flag}`, `--no-${flag}`].includes(argument.split('=', 1)[0] ?? ''),
    );
    // The time-out of a single question is not the time-out of a wait.
    // RC_WAIT_NETWORK=off says nothing to a command that always works on the network.
    const isMeant =
      !notByHand.includes(flag) &&
      (flag !== 'timeout' || command.name === 'wait') &&
      (flag !== 'network' || value !== 'off' || choices?.includes('off') === true);
    const counts = value !== undefined && value !== '' && isMeant && !isGiven && env[variable] === undefined;
    return counts ? [[variable, value] as const] : [];
  });
}

/** What a wait of the service would refuse. */
function faultsIn(
  values: ReadonlyMap<string, string>,
  path: string,
  commands: readonly CliCommand[],
): readonly SettingFault[] {
  const own = Object.fromEntries([...values].filter(([name]) => name.startsWith('RC_WAIT_')));
  const unknown = unknownVariables(own, commands).map(({ name, meant }) => ({
    variable: name,
    isUnknown: true,
    why: `cannot use ${name} in ${path}: there is no such variable`,
    remedy:
      meant === undefined
        ? `take ${name} out of ${path} (rc-wait wait --help shows the flags)`
        : `write ${meant} in its place, if that is meant`,
  }));
  const wait = commands.find(({ name }) => name === 'wait');
  const wrong = Object.entries(own).flatMap(([variable, value]) => {
    try {
      if (wait !== undefined) fromEnvironment(wait, { [variable]: value });
      return [];
    } catch (error) {
      const why = `${reasonOf(error)} (in ${path})`;
      const hint = error instanceof RcWaitError ? error.hint : undefined;
      return [{ variable, isUnknown: false, why, remedy: hint ?? `correct ${variable} in ${path}` }];
    }
  });
  return [...unknown, ...wrong];
}
