import type { FileChange, NetworkFile } from '../../types.ts';
import type { IsOurForm } from './line-edit.ts';
import { linesOf, offMark } from './marks.ts';
import { type Need, overlaid } from './overlay.ts';
import { readShellFile, type ShellFile } from './shell.ts';
import { originalOf, unmarked } from './unmark.ts';

/** What rc-wait writes into one kind of settings file. */
export interface Settings {
  readonly isOurForm: IsOurForm;
  /** true if a setting that rc-wait disabled is restored once no rule needs it disabled */
  isLent(key: string): boolean;
}

/** The change that gives a settings file what it needs; empty if it has everything. */
export function changedSettings(
  file: NetworkFile,
  settings: Settings,
  needOf: (theirs: ShellFile) => Need,
): FileChange[] {
  const { path, text } = file;
  const after = overlaid(takenBack(file, settings).text, {
    isOurForm: settings.isOurForm,
    needOf: (theirs) => needOf(readShellFile({ path, text: theirs })),
    placesOf: allLines,
  });
  return after === text ? [] : [{ path, before: text, after, mode: 0o644 }];
}

/** Every line, for files in which rc-wait's lines may stand anywhere. */
export function allLines(text: string): number[] {
  return linesOf(text).map((_, index) => index);
}

/** The file with its temporarily disabled settings restored. */
function takenBack({ path, text }: NetworkFile, { isOurForm, isLent }: Settings): NetworkFile {
  if (!text.includes(offMark)) return { path, text };
  const { assignments } = readShellFile({ path, text: originalOf(text, isOurForm) });
  const lines = assignments.filter(({ key }) => isLent(key)).flatMap((one) => one.lines);
  return { path, text: unmarked(text, new Set(lines)) };
}
