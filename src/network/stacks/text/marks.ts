/*
 * How rc-wait disables a line of somebody else's file: the whole line stays in place behind a
 * mark at its start, and removing the mark restores it byte for byte. The mark is a comment, not
 * a section or a key, because NetworkManager refuses a keyfile with a section that it does not
 * know: hosts lost their network to such a mark by Google's guest agent.
 */

/** Before a disabled line that nothing replaces. */
export const offMark = '# rc-wait off: ';

/** Before a disabled line that the next line replaces. */
export const wasMark = '# rc-wait was: ';

/** A whole line, after the indentation of the next: rc-wait added the next line. */
export const addedMark = '# rc-wait added the next line';

/** The content of a disabled line; undefined for any other line. */
export function disabledContent(line: string): string | undefined {
  const mark = [offMark, wasMark].find((one) => line.startsWith(one));
  return mark && line.slice(mark.length);
}

/** One line of a text. */
export interface Line {
  /** without its ending */
  readonly text: string;
  /** `\n`, `\r\n`, or empty for a last line without an ending */
  readonly ending: string;
  /** offset of its first character in the text */
  readonly start: number;
}

/** The lines of a text; `text` and `ending` of all of them joined give the text again. */
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

/** The first line ending in a text, to be used for added lines; `\n` if there is none. */
export function endingOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}
