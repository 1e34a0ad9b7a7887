/** A line of sshd_config(5), split into its words. */
export interface SshdLine {
  /** in lower case: keywords are compared without regard to case */
  readonly keyword: string;
  readonly args: readonly string[];
}

/**
 * Splits a line as sshd does (`strdelim` and, since 8.7, `argv_split` of misc.c): an equals sign may stand
 * after the keyword, quotes hold words together, and an unquoted word that begins with "#" ends the line.
 * @returns undefined for an empty line or a comment
 */
export function splitSshdLine(line: string): SshdLine | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const [whole, quoted, plain] = /^(?:"([^"]*)"|([^\s="]+))[ \t]*=?[ \t]*/.exec(text) ?? [];
  const keyword = quoted ?? plain;
  if (whole === undefined || keyword === undefined) return undefined;
  return { keyword: keyword.toLowerCase(), args: splitWords(text.slice(whole.length)) };
}

function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
      else word = `${word ?? ''}${character}`;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) break;
    else word = `${word ?? ''}${character}`;
  }
  if (word !== undefined) words.push(word);
  return words;
}
