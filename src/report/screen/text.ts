import { charactersOf, widthOf } from '../words.ts';
import { colourPaint, plainPaint, type Tone } from './paint.ts';

/** A part of a line; its text is clean. */
interface Span {
  readonly text: string;
  readonly tone?: Tone | undefined;
}

/** A line of a screen, before it is painted. */
export type ScreenLine = readonly Span[];

/** The size of a terminal, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The columns that a line takes. */
export function widthOfLine(line: ScreenLine): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Cuts a line to `width` columns; the last character that fits is an ellipsis then. */
export function cutLine(line: ScreenLine, width: number): ScreenLine {
  if (widthOfLine(line) <= width) return line;
  const kept: Span[] = [];
  let left = width - 1;
  for (const { text, tone } of line) {
    let part = '';
    for (const character of charactersOf(text)) {
      left -= widthOf(character);
      if (left < 0) break;
      part += character;
    }
    kept.push({ text: left < 0 ? `${part}…` : part, tone });
    if (left < 0) break;
  }
  return width < 1 ? [] : kept;
}

/** The text in lines of at most `width` columns, broken at spaces; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const most = Math.max(width, 1);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer) <= most) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = piecesOf(word, most);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? '';
  }
  return line === '' ? lines : [...lines, line];
}

/** A word in pieces of at most `most` columns. */
function piecesOf(word: string, most: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  const characters = charactersOf(word).flatMap((one) => (widthOf(one) > most ? [...one] : [one]));
  for (const character of characters) {
    // A character that is wider than the screen cannot be shown on it.
    const [shown, columns] = widthOf(character) > most ? ['…', 1] : [character, widthOf(character)];
    if (used + columns > most) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += shown;
    used += columns;
  }
  return [...pieces, piece];
}

/** A line as a terminal is sent it. */
export function paint(line: ScreenLine, hasColour: boolean): string {
  const painted = hasColour ? colourPaint : plainPaint;
  return line.map(({ text, tone }) => (tone === undefined ? text : painted(text, tone))).join('');
}

/** The text of a painted line. It is clean, so its only control characters begin the sequences of `paint`. */
export function unpainted(text: string): string {
  return text.replace(/\p{Cc}\[[\d;]*m/gu, '');
}

/** How many rows a line takes on a terminal of `columns`. */
export function rowsTaken(line: string, columns: number): number {
  return Math.max(1, piecesOf(unpainted(line), Math.max(columns, 1)).length);
}
