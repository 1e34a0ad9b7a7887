import fc from 'fast-check';

/** What a terminal or a log must never be sent: ECMA-48 controls, line separators, marks that turn text around. */
export const unsafe = /[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Text as a hostile or a broken API may send it: escape sequences, line breaks, wide and turned characters. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom(
        '\u001b[2J',
        '\u001b]0;title\u0007',
        '\r\n',
        '\n',
        '\t',
        '\u009b31m',
        '\u202e',
        '\u061c',
        '\u2066',
        '服务器',
        '🚀',
        '\u0000',
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

/** Columns of a terminal, by a measure of its own: wide characters take two, and none takes more. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    const code = character.codePointAt(0) ?? 0;
    const wide =
      (code >= 0x1100 && code <= 0x115f) ||
      (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
      (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) ||
      (code >= 0xfe30 && code <= 0xfe6f) ||
      (code >= 0xff00 && code <= 0xff60) ||
      (code >= 0xffe0 && code <= 0xffe6) ||
      (code >= 0x1f300 && code <= 0x1f64f) ||
      (code >= 0x1f900 && code <= 0x1f9ff) ||
      (code >= 0x20000 && code <= 0x3fffd);
    columns += wide ? 2 : 1;
  }
  return columns;
}
