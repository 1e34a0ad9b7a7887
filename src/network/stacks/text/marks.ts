/*
 * How a line of somebody else's file is taken out of use: it stays where it is,
 * whole, behind a mark at the start of the line, so that taking the mark away
 * brings it back byte for byte. A comment and not a section or a key, because
 * NetworkManager refuses a keyfile with a section that it does not know, and
 * hosts lost their network to such a mark of google's guest agent.
 */

/** Before a line that is out of use; nothing takes its place. */
export const offMark = '# rc-wait off: ';

/** Before a line that is out of use; the line after it takes its place. */
export const wasMark = '# rc-wait was: ';

/** A whole line of its own (after its indentation): the line after it is rc-wait's. */
export const addedMark = '# rc-wait added the next line';

/** What stood on a line before it was put out of use; undefined where it is no such line. */
export function markedOff(line: string): string | undefined {
  const mark = [offMark, wasMark].find((one) => line.startsWith(one));
  return mark && line.slice(mark.length);
}

/** A line of a text. Put together, all lines with their endings are the text again. */
export interface Line {
  /** without its ending */
  readonly text: string;
  /** `\n`, `\r\n`, or nothing at the end of a text without a last line ending */
  readonly ending: string;
  /** offset of its first character in the text */
  readonly start: number;
}

/** The lines of a text, nothing lost: joining `text` and `ending` of all gives the text back. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found + 1;
    const whole = text.slice(start, end);
    const ending = whole.endsWith('\r\n') ? '\r\n' : whole.endsWith('\n') ? '\n' : '';
    lines.push({ text: whole.slice(0, whole.length - ending.length), ending, start });
    start = end;
  }
  return lines;
}

/** The line ending of a text's first line, for lines that join it; `\n` where there is none. */
export function endingOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}
