import { allFlags, type CommandText, type FlagText } from '../../src/cli/surface.ts';
import { cell } from './markdown.ts';

/** The page docs/reference/command-line.md: every command with its flags, and every variable. Pure. */
export function commandLinePage(commands: readonly CommandText[]): string {
  return [
    '# The command line',
    '',
    'Made by `npm run reference` from the table that `--help` is made of; a test compares them. What the exit statuses mean:',
    '[troubleshooting](../troubleshooting.md#by-exit-status).',
    '',
    `Commands: ${commands.map(({ name }) => `[${name}](#${anchorOf(name)})`).join(', ')}.`,
    '',
    'Every command has `--help` and `--version`. A flag on the command line goes before its variable.',
    '',
    ...commands.flatMap(sectionOf),
    '## Variables',
    '',
    '| variable | flag |',
    '|---|---|',
    ...variableRows(commands),
    '',
  ].join('\n');
}

function sectionOf({ name, operands, summary, flags, examples, notes }: CommandText): readonly string[] {
  const ownFlags = flags.length > 0 ? '[FLAGS]' : undefined;
  // The command behind "--" comes last.
  const words = operands?.startsWith('[--') ? [ownFlags, operands] : [operands, ownFlags];
  const usage = ['rc-wait', name, ...words].filter(Boolean).join(' ');
  return [
    `## rc-wait ${name}`,
    '',
    `${summary}.`,
    '',
    '```',
    usage,
    '```',
    '',
    ...(flags.length === 0 ? [] : ['| flag | what it does |', '|---|---|', ...flags.map(flagRow), '']),
    ...(examples.length === 0 ? [] : ['| example | |', '|---|---|', ...examples.map(exampleRow), '']),
    ...(notes === undefined ? [] : [cell(notes), '']),
  ];
}

function flagRow({ name, value, choices, describe, default: given }: FlagText): string {
  const words = choices.length > 0 ? choices.join(', ') : undefined;
  const more = [
    words === undefined ? undefined : `One of: ${words}.`,
    given === undefined ? undefined : `Default: ${given}.`,
  ].filter(Boolean);
  const flag = value === undefined ? `--${name}` : `--${name} ${value}`;
  return `| \`${flag}\` | ${cell([`${describe}.`, ...more].join(' '))} |`;
}

const exampleRow = ([line, purpose]: readonly [string, string]): string =>
  `| \`${line.replaceAll('|', '\\|')}\` | ${cell(purpose)} |`;

function variableRows(commands: readonly CommandText[]): readonly string[] {
  const flags = [...commands.flatMap((command) => command.flags), ...allFlags(commands)];
  const byVariable = new Map(flags.map(({ variable, name }) => [variable, name]));
  return [...byVariable]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([variable, name]) => `| \`${variable}\` | \`--${name}\` |`);
}

/** The anchor that GitHub gives to the heading of a command. */
const anchorOf = (name: string): string => `rc-wait-${name.replaceAll(' ', '-')}`;
