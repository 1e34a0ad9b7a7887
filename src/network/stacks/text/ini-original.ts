import type { NetworkFile } from '../../types.ts';
import { type IniDialect, readIni } from './ini.ts';
import type { IsOurForm } from './line-edit.ts';
import { disabledContent, linesOf } from './marks.ts';
import { withoutOwnLines } from './overlay.ts';
import { originalOf, unmarked } from './unmark.ts';

/** A section header or a setting. */
const iniLine = /^\s*(\[[^\]]*\]\s*$|[^[=#;\s][^=]*=)/;

/**
 * The file before rc-wait: added lines are blank, disabled lines restored; line numbers agree. If somebody
 * wrote text behind a mark that makes the file unreadable once restored, that line stays disabled.
 */
export function originalIni(
  { path, text }: NetworkFile,
  hasOwnForm: IsOurForm,
  dialect: IniDialect,
): NetworkFile {
  const withoutOwn = withoutOwnLines(text, hasOwnForm);
  const lines = linesOf(withoutOwn).map((line) => disabledContent(line.text));
  const sound = lines.flatMap((line, index) => (line !== undefined && iniLine.test(line) ? [index] : []));
  const candidates = [originalOf(text, hasOwnForm), unmarked(withoutOwn, new Set(sound))];
  return { path, text: candidates.find((one) => isReadable(one, dialect)) ?? withoutOwn };
}

function isReadable(text: string, dialect: IniDialect): boolean {
  try {
    readIni({ path: '', text }, dialect);
    return true;
  } catch {
    return false;
  }
}
