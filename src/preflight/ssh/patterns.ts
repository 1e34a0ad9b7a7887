import { anyCharacter, fitsGlob, type GlobPart, thisCharacter } from '../../base/glob.ts';

/** `match_pattern` of OpenSSH (PATTERNS in ssh_config(5)): `*` and `?` are wildcards. */
export function fitsPattern(text: string, pattern: string): boolean {
  const parts = [...pattern].map<GlobPart>((character) =>
    character === '*' ? '*' : character === '?' ? anyCharacter : thisCharacter(character),
  );
  return fitsGlob(parts, text);
}

/** `match_pattern_list` of OpenSSH: separated by commas; a pattern after "!" that fits excludes the text. */
export function fitsPatternList(text: string, list: string): boolean {
  let isFit = false;
  for (const pattern of list.split(',')) {
    if (pattern.startsWith('!') && fitsPattern(text, pattern.slice(1))) return false;
    if (!pattern.startsWith('!') && fitsPattern(text, pattern)) isFit = true;
  }
  return isFit;
}
