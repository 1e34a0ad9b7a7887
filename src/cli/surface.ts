import type { Options } from 'yargs';
import { regions } from '../base/region.ts';
import { variableOf } from './args/flags.ts';
import type { CliCommand } from './command.ts';

/** A flag of a command, for the manual page and the completions. */
export interface FlagText {
  /** without the dashes */
  readonly name: string;
  /** the placeholder for its value, such as `DIR`; undefined: it takes no value */
  readonly value: string | undefined;
  /** its possible values, if they can be listed */
  readonly choices: readonly string[];
  readonly describe: string;
  readonly default: string | undefined;
  /** its environment variable */
  readonly variable: string;
}

/** A command, for the manual page and the completions. */
export interface CommandText {
  /** as typed, such as `network plan` */
  readonly name: string;
  /** its operands, such as `[SERVER...]` or `[-- COMMAND...]` */
  readonly operands: string | undefined;
  /** what the first operand can be; empty: anything */
  readonly operandChoices: readonly string[];
  readonly summary: string;
  readonly flags: readonly FlagText[];
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  readonly notes: string | undefined;
}

/** The placeholder for the value of a flag; VALUE by default. */
const values: Readonly<Record<string, string>> = {
  'api-url': 'URL',
  'auth-url': 'URL',
  'ca-file': 'FILE',
  catalog: 'FILE',
  exec: 'COMMAND',
  'exec-jobs': 'NUMBER',
  gateway: 'ADDRESS',
  'hooks-dir': 'DIR',
  interface: 'INTERFACE',
  listen: 'ADDRESS:PORT',
  metadata: 'KEY=VALUE',
  'metrics-file': 'FILE',
  name: 'PATTERN',
  'os-cloud': 'CLOUD',
  probe: 'tcp://HOST:PORT',
  region: 'REGION',
  service: 'SERVICE',
  regions: 'REGIONS',
  report: 'FILE',
  root: 'DIR',
  scenario: 'FILE',
  signal: 'URL',
  'signal-token': 'TOKEN',
  'source-address': 'ADDRESS',
  'state-dir': 'DIR',
  tenant: 'ACCOUNT',
  'token-cache': 'FILE',
};

/** Every command that users can see, from the table behind `--help`. */
export function surfaceOf(commands: readonly CliCommand[]): readonly CommandText[] {
  return commands.filter(({ hidden }) => !hidden).map(textsOf);
}

/** One of them. */
export function textsOf(command: CliCommand): CommandText {
  return {
    name: command.name,
    operands: command.takesProgram ? '[-- COMMAND...]' : command.operands,
    operandChoices: command.operandChoices ?? [],
    summary: command.summary,
    flags: Object.entries(command.flags).map(([flag, options]) => flagText(command, flag, options)),
    examples: command.examples.map(([line, purpose]) => [line.replace('$0', 'rc-wait'), purpose]),
    notes: command.notes,
  };
}

function flagText(command: CliCommand, name: string, options: Options): FlagText {
  const choices = name === 'region' ? regions : (options.choices ?? []).map(String);
  const { default: given, describe = '' } = options;
  return {
    name,
    value: metavarOf(name, options),
    choices,
    describe,
    default: given === undefined || given === false ? undefined : String(given),
    variable: variableOf(name, command),
  };
}

function metavarOf(name: string, { boolean, choices, coerce }: Options): string | undefined {
  if (boolean) return undefined;
  if (choices !== undefined) return 'WORD';
  // Only durations are coerced (src/cli/args/flags.ts).
  return values[name] ?? (coerce === undefined ? 'VALUE' : 'DURATION');
}

/** Every flag once, by name. If commands describe it differently, the first description wins. */
export function allFlags(all: readonly CommandText[]): readonly FlagText[] {
  const byName = new Map<string, FlagText>();
  for (const { flags } of all)
    for (const flag of flags) if (!byName.has(flag.name)) byName.set(flag.name, flag);
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
