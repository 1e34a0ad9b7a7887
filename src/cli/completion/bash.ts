import type { CommandText, FlagText } from '../surface.ts';

/**
 * A completion for bash(1), to be sourced. It does not need bash-completion, which minimal servers lack.
 * COMP_WORDBREAKS splits words at `=` and `:`, so both forms of `--flag=value` are handled.
 */
export function bashCompletion(commands: readonly CommandText[]): string {
  return `# bash completion for rc-wait. Made from its table of commands.
_rc_wait_reply() {
  # By lines: a file name may hold blanks.
  mapfile -t COMPREPLY < <(compgen "$@" -- "$cur")
}

_rc_wait() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= word
  local -i index=1 skip=0
  COMPREPLY=()
  # \`--flag=value\` comes as three words.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if ((skip)); then
      [[ $word == = ]] || skip=0
      continue
    fi
    case $word in
${allFlagsWithValue(commands)}
      # The rest of a value that holds one, such as a URL.
      :) skip=1 ;;
      -*|=) ;;
      *) command+=\${command:+ }$word ;;
    esac
  done
  case "$command $prev" in
${valueCases(commands)}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${flagCases(commands)}
    esac
    return
  fi
  case $command in
${wordCases(commands)}
  esac
}
complete -F _rc_wait rc-wait
`;
}

const takesValue = ({ value }: FlagText): boolean => value !== undefined;

function allFlagsWithValue(commands: readonly CommandText[]): string {
  const names = new Set(commands.flatMap(({ flags }) => flags.filter(takesValue).map(({ name }) => name)));
  return `      ${[...names].map((name) => `--${name}`).join('|')}) skip=1 ;;`;
}

/** Without a command rc-wait runs `wait`. */
const patternOf = (name: string): string => (name === 'wait' ? `'wait'|''` : `'${name}'`);

/** One line for a flag whose values are the same in all of its commands. */
function valueCases(commands: readonly CommandText[]): string {
  const patterns = new Map<string, Map<string, string[]>>();
  for (const { name, flags } of commands) {
    for (const flag of flags.filter(takesValue)) {
      const replies = patterns.get(flag.name) ?? new Map<string, string[]>();
      patterns.set(flag.name, replies);
      // Without a command rc-wait runs `wait`.
      const lines = (name === 'wait' ? ['wait', ''] : [name]).map((line) => `'${line} --${flag.name}'`);
      replies.set(replyTo(flag), [...(replies.get(replyTo(flag)) ?? []), ...lines]);
    }
  }
  return [...patterns]
    .flatMap(([flag, replies]) =>
      [...replies].map(([reply, lines]) => {
        const pattern = replies.size === 1 ? `*' --${flag}'` : lines.join('|');
        return `    ${pattern}) ${reply} ;;`;
      }),
    )
    .join('\n');
}

function replyTo({ value, choices }: FlagText): string {
  if (choices.length > 0) return `_rc_wait_reply -W '${choices.join(' ')}'; return`;
  if (value === 'FILE') return 'compopt -o filenames 2>/dev/null; _rc_wait_reply -f; return';
  if (value === 'DIR') return 'compopt -o filenames 2>/dev/null; _rc_wait_reply -d; return';
  if (value === 'INTERFACE') return '_rc_wait_reply -W "$(ls /sys/class/net 2>/dev/null)"; return';
  return 'return';
}

function flagCases(commands: readonly CommandText[]): string {
  return commands
    .map(({ name, flags }) => {
      const words = [...flags.map((flag) => `--${flag.name}`), '--help', '--version'].join(' ');
      return `      ${patternOf(name)}) _rc_wait_reply -W '${words}' ;;`;
    })
    .join('\n');
}

/** The words that may come next: at first the commands, after `network` its own, after `completion` the shells. */
function wordCases(commands: readonly CommandText[]): string {
  const next = new Map<string, Set<string>>();
  for (const { name, operandChoices } of commands) {
    if (operandChoices.length > 0) next.set(name, new Set(operandChoices));
    const words = name.split(' ');
    for (const [index, word] of words.entries()) {
      const before = words.slice(0, index).join(' ');
      next.set(before, (next.get(before) ?? new Set()).add(word));
    }
  }
  return [...next]
    .map(([before, words]) => `    '${before}') _rc_wait_reply -W '${[...words].join(' ')}' ;;`)
    .join('\n');
}
