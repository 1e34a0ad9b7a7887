/** How a part of a line is meant; the terminal's own theme chooses the shade. */
export type Tone = 'good' | 'bad' | 'caution' | 'faint' | 'strong';

/** Gives text a tone. Does not change its width. */
export type Paint = (text: string, tone: Tone) => string;

/** Select Graphic Rendition of ECMA-48, with the eight colours that every terminal has. */
const codes: Readonly<Record<Tone, string>> = {
  good: '32',
  bad: '1;31',
  caution: '33',
  faint: '2',
  strong: '1',
};

/** For files, pipes, and whoever wants no colour. */
export const plainPaint: Paint = (text) => text;

/** For terminals. */
export const colourPaint: Paint = (text, tone) =>
  text === '' ? '' : `\u001b[${codes[tone]}m${text}\u001b[0m`;
