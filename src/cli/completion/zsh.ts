import type { CommandText, FlagText } from '../surface.ts';

/** A completion function for zsh(1), for a folder of $fpath, as `_rc-wait`. */
export function zshCompletion(commands: readonly CommandText[]): string {
  const groups = [
    ...new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : []))),
  ];
  return `#compdef rc-wait
# zsh completion for rc-wait. Made from its table of commands.
_rc-wait() {
  local curcontext=$curcontext context state line
  typeset -A opt_args
  _arguments -C -S \\
${argumentsOf(commands.find(({ name }) => name === 'wait'))} \\
    '(-h --help)'{-h,--help}'[Show help]' \\
    '--version[Show version number]' \\
    '(-)1: :_rc-wait_commands' \\
    '(-)*:: :->rest' && return
  [[ $state == rest ]] || return
  curcontext="\${curcontext%:*}-$line[1]:"
  case $line[1] in
${commands
  .filter(({ name }) => !name.includes(' ') && !groups.includes(name))
  .map(({ name }) => caseOf(name, commandArguments(commands, name), '    '))
  .join('\n')}
${groups.map((group) => groupCase(group, commands)).join('\n')}
  esac
}

${describeFunction('commands', topWords(commands, groups))}

${groups.map((group) => describeFunction(group, secondWords(commands, group))).join('\n\n')}

_rc-wait "$@"
`;
}

type Described = readonly (readonly [word: string, summary: string])[];

function topWords(commands: readonly CommandText[], groups: readonly string[]): Described {
  const plain = commands.filter(({ name }) => !name.includes(' '));
  return [
    ...plain.map(({ name, summary }) => [name, summary] as const),
    // history is a command, too.
    ...groups
      .filter((group) => plain.every(({ name }) => name !== group))
      .map(
        (group) =>
          [
            group,
            `one of: ${secondWords(commands, group)
              .map(([word]) => word)
              .join(', ')}`,
          ] as const,
      ),
  ];
}

function secondWords(commands: readonly CommandText[], group: string): Described {
  return commands
    .filter(({ name }) => name.startsWith(`${group} `))
    .map(({ name, summary }) => [name.slice(group.length + 1), summary]);
}

function describeFunction(name: string, words: Described): string {
  const lines = words.map(([word, summary]) => `    ${quoted(`${word}:${summary.replaceAll(':', '\\:')}`)}`);
  return `_rc-wait_${name}() {
  local -a words=(
${lines.join('\n')}
  )
  _describe -t commands 'command' words
}`;
}

const commandArguments = (commands: readonly CommandText[], name: string): string =>
  argumentsOf(commands.find((command) => command.name === name));

const caseOf = (word: string, flags: string, indent: string): string =>
  `${indent}${word})
${indent}  _arguments -S \\
${flags} \\
    '(-h --help)'{-h,--help}'[Show help]' ;;`;

function groupCase(group: string, commands: readonly CommandText[]): string {
  const own = secondWords(commands, group);
  const flags = commandArguments(commands, group);
  return `    ${group})
      _arguments -C -S ${flags === '' ? '' : `\\\n${flags} \\\n    `}'(-h --help)'{-h,--help}'[Show help]' '(-)1: :_rc-wait_${group}' '(-)*:: :->own' && return
      case $line[1] in
${own.map(([word]) => caseOf(word, commandArguments(commands, `${group} ${word}`), '        ')).join('\n')}
      esac ;;`;
}

function argumentsOf(command: CommandText | undefined): string {
  const { flags = [], operandChoices = [] } = command ?? {};
  const operand = operandChoices.length === 0 ? [] : [`1: :(${operandChoices.join(' ')})`];
  return [...flags.map(specOf), ...operand].map((spec) => `    ${quoted(spec)}`).join(' \\\n');
}

/** `--root=[words]:DIR:_files -/`, as _arguments of zshcompsys(1) expects it */
function specOf({ name, value, choices, describe }: FlagText): string {
  const words = describe.replaceAll('[', '(').replaceAll(']', ')');
  if (value === undefined) return `--${name}[${words}]`;
  return `--${name}=[${words}]:${value.replaceAll(':', '\\:')}:${actionOf(value, choices)}`;
}

function actionOf(value: string, choices: readonly string[]): string {
  if (choices.length > 0) return `(${choices.join(' ')})`;
  if (value === 'FILE') return '_files';
  if (value === 'DIR') return '_files -/';
  if (value === 'INTERFACE') return '_net_interfaces';
  return '';
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
