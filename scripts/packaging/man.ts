import { allFlags, type CommandText, type FlagText } from '../../src/cli/surface.ts';

/** The values for a manual page. */
export interface ManFacts {
  readonly version: string;
  /** seconds since 1970, UTC: the date of the page */
  readonly epochS: number;
  readonly commands: readonly CommandText[];
}

/**
 * A manual page in mdoc(7): `template` with `@version@`, `@date@`, `@commands@` and `@flags@` filled in, so
 * that the page always agrees with `--help`.
 */
export function manualPage(template: string, { version, epochS, commands }: ManFacts): string {
  return template
    .replaceAll('@version@', () => version)
    .replaceAll('@date@', () => dateWords(epochS))
    .replace('@commands@\n', () => commandSections(commands))
    .replace('@flags@\n', () => allFlags(commands).map(flagItem(commands)).join(''))
    .split('\n')
    .flatMap(sentences)
    .join('\n');
}

/** `November 7, 2026`, the format of .Dd */
function dateWords(epochS: number): string {
  const style = { month: 'long', day: 'numeric', year: 'numeric', timeZone: 'UTC' } as const;
  return new Date(epochS * 1000).toLocaleDateString('en-US', style);
}

function commandSections(commands: readonly CommandText[]): string {
  return commands.map((command) => commandSection(command)).join('');
}

function commandSection({ name, operands, summary, flags, examples, notes }: CommandText): string {
  return [
    `.Ss rc-wait ${name}\n`,
    textOf(`${summary}.`),
    operands === undefined ? '' : `.Pp\nOperands:\n.Ar ${quoted(operands)}\n`,
    flags.length === 0 ? '' : '.Pp\nFlags:\n',
    flags.map((flag, index) => `${synopsis(flag)}${index === flags.length - 1 ? '' : ' ,'}\n`).join(''),
    notes === undefined ? '' : `.Pp\n${textOf(notes)}`,
    '.Bl -tag -width Ds\n',
    ...examples.map(([line, purpose]) => `.It Ic ${quoted(line)}\n${textOf(purpose)}`),
    '.El\n',
  ].join('');
}

/** `.Fl \-root Ar DIR` */
function synopsis({ name, value }: FlagText): string {
  return `.Fl \\-${escaped(name)}${value === undefined ? '' : ` Ar ${quoted(value)}`}`;
}

function flagItem(commands: readonly CommandText[]): (flag: FlagText) => string {
  return (flag) => {
    const variants = variantsOf(flag.name, commands);
    const bodies = variants.map(({ text, by }) => (variants.length === 1 ? text : `With ${by}: ${text}`));
    const paragraphs = bodies.map((body) => textOf(body)).join('.Pp\n');
    return `.It ${synopsis(flag).slice(1)}\n${paragraphs}.Pp\n${variablesOf(flag.name, commands)}`;
  };
}

/** The variables of a flag, one per line: a command may have its own. */
function variablesOf(name: string, commands: readonly CommandText[]): string {
  const all = commands.flatMap(({ flags }) => flags.filter((flag) => flag.name === name));
  return [...new Set(all.map(({ variable }) => `.Ev ${variable}\n`))].join('');
}

/** The descriptions of a flag: most commands share one, which then appears once. */
function variantsOf(name: string, commands: readonly CommandText[]): readonly { text: string; by: string }[] {
  const byText = new Map<string, string[]>();
  for (const command of commands) {
    const flag = command.flags.find((one) => one.name === name);
    if (flag !== undefined) byText.set(describe(flag), [...(byText.get(describe(flag)) ?? []), command.name]);
  }
  return [...byText].map(([text, names]) => ({ text, by: names.join(', ') }));
}

function describe({ describe: words, choices, default: given }: FlagText): string {
  const parts = [`${words}.`];
  if (choices.length > 0) parts.push(`One of ${choices.join(', ')}.`);
  if (given !== undefined) parts.push(`Default: ${given}.`);
  return parts.join(' ');
}

/** Text between macros: backslashes are escapes in roff, and a line must not begin like a macro. */
const textOf = (text: string): string => `${guarded(escaped(text))}\n`;

const guarded = (line: string): string => (/^[.']/.test(line) ? `\\&${line}` : line);

const escaped = (text: string): string => text.replaceAll('\\', '\\e').replaceAll('-', '\\-');

/** One argument of a macro, protected from being read as a macro. */
const quoted = (text: string): string => `"${escaped(text).replaceAll('"', '""')}"`;

/** One sentence per line: roff sets the space between them itself. */
function sentences(line: string): readonly string[] {
  if (line.startsWith('.')) return [line];
  return line.split(/(?<=[^.\s]{2}[.;]) (?=\S)/).map(guarded);
}
