import { endingOf, linesOf, offMark, wasMark } from './marks.ts';

/** Characters to remove from a text, and their replacement on the first line that they touch. */
export interface Cut {
  readonly start: number;
  /** the offset after the last character */
  readonly end: number;
  readonly put: string;
}

/**
 * The text without the cuts' characters. Each line that a cut touches stays behind a mark; if more
 * than blanks and a comment is left of it, the rest follows on a line of its own. Every other line is
 * unchanged, byte for byte. Line breaks inside a cut stay, so a line never joins the next.
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

/** The characters of one line outside all cuts, with the replacements of the cuts that begin on it. */
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
