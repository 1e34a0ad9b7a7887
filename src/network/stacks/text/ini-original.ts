import type { NetworkFile } from '../../types.ts';
import { type IniDialect, readIni } from './ini.ts';
import type { IsOurForm } from './line-edit.ts';
import { linesOf, markedOff } from './marks.ts';
import { theirsOf } from './overlay.ts';
import { originalOf, unmarked } from './unmark.ts';

/** A section's header, or a setting. */
const iniLine = /^\s*(\[[^\]]*\]\s*$|[^[=#;\s][^=]*=)/;

/**
 * A file of sections and settings as others wrote it: our lines blank, those that
 * we put out of use back; line numbers agree. Where somebody has put behind our
 * mark what no such file may hold, that stays there.
 */
export function originalIni(
  { path, text }: NetworkFile,
  isOurForm: IsOurForm,
  dialect: IniDialect,
): NetworkFile {
  const theirs = theirsOf(text, isOurForm);
  const lines = linesOf(theirs).map((line) => markedOff(line.text));
  const sound = lines.flatMap((line, index) => (line !== undefined && iniLine.test(line) ? [index] : []));
  const candidates = [originalOf(text, isOurForm), unmarked(theirs, new Set(sound))];
  return { path, text: candidates.find((one) => isReadable(one, dialect)) ?? theirs };
}

function isReadable(text: string, dialect: IniDialect): boolean {
  try {
    readIni({ path: '', text }, dialect);
    return true;
  } catch {
    return false;
  }
}
