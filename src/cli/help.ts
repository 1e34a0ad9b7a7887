import { withoutStatuses } from '../report/exit-texts.ts';
import { type HelpLine, type HelpTexts, helpPage } from '../report/help.ts';
import { oneOf, variableOf } from './args/flags.ts';
import type { Route } from './args/route.ts';
import { shortFlags } from './args/short-forms.ts';
import type { CliCommand } from './command.ts';
import { overviewText } from './overview.ts';
import { type FlagText, textsOf } from './surface.ts';

const groupSummaries: Readonly<Record<string, string>> = { network: "The gateway's network configuration" };

const ownFlags: readonly HelpLine[] = [
  { term: '-h, --help', meaning: 'Show this help' },
  { term: '-V, --version', meaning: 'Show the version' },
];

/** The help of a command, of a group of commands, or of the whole program. */
export function helpText(where: Route, commands: readonly CliCommand[], columns: number): string {
  if (where.kind === 'command') return helpPage(textsOfCommand(where.command), columns);
  const { group } = where;
  if (group === undefined) return overviewText(commands);
  const own = commands.filter(({ name, hidden }) => !hidden && name.startsWith(`${group} `));
  const lines = own.map(({ name, summary }) => ({ term: `rc-wait ${name}`, meaning: summary }));
  const texts: HelpTexts = {
    usage: `rc-wait ${group} COMMAND [FLAGS]`,
    summary: groupSummaries[group] ?? '',
    lists: [{ title: 'Commands:', lines }],
    examples: [],
    notes: [`The flags of a command: rc-wait ${group} COMMAND --help`],
  };
  return helpPage(texts, columns);
}

function textsOfCommand(command: CliCommand): HelpTexts {
  const { name, operands, summary, flags, examples, notes = '' } = textsOf(command);
  const { text, statuses } = withoutStatuses(notes);
  const isProgram = command.takesProgram;
  const own = (command.ownVariables ?? []).map((flag) => `--${flag} as ${variableOf(flag, command)}`);
  return {
    usage: ['rc-wait', name, ...(isProgram ? ['[FLAGS]', operands] : [operands, '[FLAGS]'])]
      .filter((word) => word !== undefined)
      .join(' '),
    summary,
    lists: [
      { title: 'Flags:', lines: [...flags.map(lineOf), ...ownFlags] },
      { title: 'Exit status:', lines: statuses.map(([term, meaning]) => ({ term, meaning })) },
    ],
    examples,
    notes: [...(own.length > 0 ? [`In the environment: ${own.join(', ')}.`] : []), text],
  };
}

function lineOf({ name, value, choices, describe, default: given }: FlagText): HelpLine {
  // A description that has them says what each means.
  const isListed = choices.every((choice) => describe.includes(choice));
  const more = [
    ...(isListed ? [] : [oneOf(choices)]),
    ...(given === undefined ? [] : [`default: ${given}`]),
  ].join('; ');
  const short = Object.keys(shortFlags).filter((form) => shortFlags[form] === `--${name}`);
  const term = `${[...short, `--${name}`].join(', ')}${value === undefined ? '' : ` ${value}`}`;
  return { term, meaning: more === '' ? describe : `${describe} (${more})` };
}
