import { cut } from '../report/words.ts';
import { variableOf } from './args/flags.ts';
import type { CliCommand } from './command.ts';

/** A line of the overview: the first word of its commands, and what they are for. */
type Line = readonly [word: string, purpose: string];

/** The commands as a person looks for them. One that is not named here stands in the last group, with its summary. */
const groups: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: 'Wait, and set the gateway:',
    lines: [
      ['wait', 'until RackConnect has finished, then set the gateway (the default)'],
      ['remote', 'wait for servers from elsewhere, by the Cloud Servers API'],
      ['network', "the gateway's network configuration"],
    ],
  },
  {
    title: 'Ask once:',
    lines: [
      ['status', 'the automation status'],
      ['details', 'the automation status and the tasks'],
      ['gateway', 'the address of the gateway'],
      ['features', 'what the automation does on this server'],
    ],
  },
  {
    title: 'When something is wrong:',
    lines: [
      ['doctor', 'look at everything: what is wrong, and what to type'],
      ['preflight', 'look for the documented causes of a FAILED automation'],
      ['history', 'the last waits, and how long each part of them took'],
    ],
  },
  {
    title: 'Other:',
    lines: [
      ['endpoints', 'which endpoint of a service to use from here'],
      ['simulate', 'the RackConnect API on loopback, for trying things out'],
      ['completion', 'print the completion for bash, zsh or fish'],
    ],
  },
];

/** The columns of the smallest usual terminal. */
const columns = 80;

/** The help of the whole program, on one screen of 80 × 24. */
export function overviewText(commands: readonly CliCommand[]): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const named = groups.flatMap(({ lines }) => lines.map(([word]) => word));
  const unnamed = shown
    .map(({ name, summary }): Line => [firstWord(name), summary])
    .filter(
      ([word], index, all) => !named.includes(word) && all.findIndex(([one]) => one === word) === index,
    );
  const width = Math.max(...[...named, ...unnamed.map(([word]) => word)].map((word) => word.length));
  const lines = groups.flatMap(({ title, lines: own }, index) => [
    title,
    ...[...own, ...(index === groups.length - 1 ? unnamed : [])].map(([word, purpose]) =>
      cut(`  ${word.padEnd(width)}  ${secondWords(word, shown)}${purpose}`, columns),
    ),
  ]);
  return [
    'Usage: rc-wait [COMMAND] [FLAGS]',
    'Waits until RackConnect has finished with this server, and sets its gateway.',
    '',
    ...lines,
    '',
    'Flags, examples and exit statuses of a command: rc-wait help COMMAND.',
    `Each flag is a variable, too: --state-dir is ${variableOf('state-dir')}.`,
  ].join('\n');
}

const firstWord = (name: string): string => name.split(' ', 1)[0] ?? name;

/** `plan|apply|check: ` for the commands of a group, `[show|plot]: ` if its word is a command, too; empty for a command alone. */
function secondWords(word: string, commands: readonly CliCommand[]): string {
  const own = commands.filter(({ name }) => name.startsWith(`${word} `));
  if (own.length === 0) return '';
  const words = own.map(({ name }) => name.slice(word.length + 1)).join('|');
  return commands.some(({ name }) => name === word) ? `[${words}]: ` : `${words}: `;
}
