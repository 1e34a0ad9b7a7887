/** How a part of a line is meant; the terminal's own theme chooses the shade. */
export type Tone = 'good' | 'bad' | 'caution' | 'faint' | 'strong';

/** Gives text a tone. Does not change its width. */
export type Paint = (text: string, tone: Tone) => string;

/** SGR of ECMA-48: the attribute, and what ends it. */
const codes: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  good: [32, 39],
  bad: [31, 39],
  caution: [33, 39],
  faint: [2, 22],
  strong: [1, 22],
};

/** For files, pipes, and whoever wants no colour. */
export const plainPaint: Paint = (text) => text;

/** For terminals. */
export const colourPaint: Paint = (text, tone) => {
  const [on, off] = codes[tone];
  return text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
};
