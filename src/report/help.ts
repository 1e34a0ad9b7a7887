import { wrap } from './screen/text.ts';
import { padded, widthOf } from './words.ts';

/** A flag or a command, and what it is for. */
export interface HelpLine {
  /** as typed: `--root DIR`, `network plan` */
  readonly term: string;
  readonly meaning: string;
}

/** What the help of a command says. */
export interface HelpTexts {
  /** `rc-wait remote [SERVER...] [FLAGS]` */
  readonly usage: string;
  readonly summary: string;
  readonly lists: readonly { readonly title: string; readonly lines: readonly HelpLine[] }[];
  /** each with its purpose */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  readonly notes: readonly string[];
}

/** Terms that are longer have a line of their own. */
const widestTerm = 24;

/** In columns: below that a meaning stands under its term. */
const narrow = 60;

/** The help of a command, in lines of at most `columns`; examples are never broken, so that they can be copied. */
export function helpPage({ usage, summary, lists, examples, notes }: HelpTexts, columns: number): string {
  const blocks = [
    [...wrap(`Usage: ${usage}`, columns), ...wrap(summary, columns)],
    ...lists
      .filter(({ lines }) => lines.length > 0)
      .map(({ title, lines }) => [title, ...linesOf(lines, columns)]),
    ...(examples.length === 0
      ? []
      : [['Examples:', ...examples.flatMap(([line, purpose]) => [`  ${line}`, ...under(purpose, columns)])]]),
    ...notes.map((note) => wrap(note, columns)),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function linesOf(lines: readonly HelpLine[], columns: number): readonly string[] {
  if (columns < narrow)
    return lines.flatMap(({ term, meaning }) => [`  ${term}`, ...under(meaning, columns)]);
  const width = Math.max(...lines.map(({ term }) => widthOf(term)).filter((one) => one <= widestTerm), 0);
  const indent = ' '.repeat(width + 4);
  return lines.flatMap(({ term, meaning }) => {
    const [first = '', ...rest] = wrap(meaning, columns - indent.length);
    const own = `  ${padded(term, width)}  `;
    const begin = widthOf(term) > width ? [`  ${term}`, `${indent}${first}`] : [`${own}${first}`];
    return [...begin, ...rest.map((line) => `${indent}${line}`)];
  });
}

const under = (text: string, columns: number): string[] =>
  wrap(text, columns - 6).map((line) => `      ${line}`);
