import { endingOf, linesOf, offMark, wasMark } from './marks.ts';

/** Characters to take out of a text, and what is put in their place on their first line. */
export interface Cut {
  readonly start: number;
  /** the offset after the last character */
  readonly end: number;
  readonly put: string;
}

/**
 * The text without the cuts' characters. Each line that a cut touches stays
 * behind a mark; what is left of it, if more than blanks and a comment, follows
 * on a line of its own. Every other line is the same, byte for byte, and line
 * breaks inside a cut stay, so a line never joins the next.
 */
export function cutMarked(text: string, cuts: readonly Cut[]): string {
  const ending = endingOf(text);
  return linesOf(text)
    .map((line) => {
      const end = line.start + line.text.length;
      const touching = cuts.filter((cut) => cut.start < end && cut.end > line.start);
      if (touching.length === 0) return line.text + line.ending;
      const rest = remainder(line.text, line.start, touching);
      if (/^\s*(#|$)/.test(rest)) return offMark + line.text + line.ending;
      return wasMark + line.text + (line.ending || ending) + rest + line.ending;
    })
    .join('');
}

/** The characters of one line that no cut covers, with what is put in place of those that begin here. */
function remainder(line: string, offset: number, cuts: readonly Cut[]): string {
  let rest = '';
  for (let at = offset; at < offset + line.length; at += 1) {
    rest += cuts
      .filter((cut) => cut.start === at)
      .map(({ put }) => put)
      .join('');
    if (!cuts.some((cut) => cut.start <= at && at < cut.end)) rest += line[at - offset];
  }
  return rest.trimEnd();
}
