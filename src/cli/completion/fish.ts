import type { CommandText, FlagText } from '../surface.ts';

/** A completion for fish(1): commands with summaries, flags with descriptions, and choices. */
export function fishCompletion(commands: readonly CommandText[]): string {
  const first = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  const lines = [
    '# fish completion for rc-wait. Made from its table of commands.',
    'complete -c rc-wait -f',
    "complete -c rc-wait -l help -s h -d 'Show help'",
    "complete -c rc-wait -l version -d 'Show version number'",
    ...first.map((word) => {
      const command = commands.find(({ name }) => name === word);
      return `complete -c rc-wait -n __fish_use_subcommand -a ${word} -d ${quoted(command?.summary ?? groupSummary(word, commands))}`;
    }),
    ...commands.flatMap((command) => secondWords(command, commands)),
    ...commands.flatMap((command) => operandLines(command)),
    ...commands.flatMap((command) => flagLines(command, commands)),
  ];
  return `${lines.join('\n')}\n`;
}

function groupSummary(word: string, commands: readonly CommandText[]): string {
  const own = commands
    .filter(({ name }) => name.startsWith(`${word} `))
    .map(({ name }) => name.split(' ')[1]);
  return `one of: ${own.join(', ')}`;
}

function secondWords({ name, summary }: CommandText, commands: readonly CommandText[]): readonly string[] {
  const [group, word] = name.split(' ');
  if (word === undefined) return [];
  const siblings = commands
    .filter((one) => one.name.startsWith(`${group} `))
    .map((one) => one.name.split(' ')[1]);
  const seen = `__fish_seen_subcommand_from ${group}; and not __fish_seen_subcommand_from ${siblings.join(' ')}`;
  return [`complete -c rc-wait -n ${quoted(seen)} -a ${word} -d ${quoted(summary)}`];
}

function operandLines({ name, operandChoices }: CommandText): readonly string[] {
  if (operandChoices.length === 0) return [];
  const words = operandChoices.join(' ');
  const seen = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${words}`;
  return [`complete -c rc-wait -n ${quoted(seen)} -a ${quoted(words)}`];
}

function flagLines({ name, flags }: CommandText, commands: readonly CommandText[]): readonly string[] {
  // After `history show` the flags of history itself do not count.
  const below = commands.flatMap((one) =>
    one.name.startsWith(`${name} `) ? [one.name.slice(name.length + 1)] : [],
  );
  const alone = below.length === 0 ? '' : `; and not __fish_seen_subcommand_from ${below.join(' ')}`;
  const words = name.split(' ').map((word) => `__fish_seen_subcommand_from ${word}`);
  // Without a command rc-wait runs `wait`.
  const condition =
    name === 'wait' ? `__fish_use_subcommand; or ${words.join()}` : `${words.join('; and ')}${alone}`;
  return flags.map(
    (flag) =>
      `complete -c rc-wait -n ${quoted(condition)} -l ${flag.name}${argumentOf(flag)} -d ${quoted(flag.describe)}`,
  );
}

function argumentOf({ value, choices }: FlagText): string {
  if (value === undefined) return '';
  if (choices.length > 0) return ` -x -a ${quoted(choices.join(' '))}`;
  if (value === 'FILE') return ' -r -F';
  if (value === 'DIR') return " -x -a '(__fish_complete_directories)'";
  if (value === 'INTERFACE') return " -x -a '(__fish_print_interfaces)'";
  return ' -x';
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
