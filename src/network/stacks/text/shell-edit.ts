import type { FileChange, NetworkFile } from '../../types.ts';
import type { IsOurForm } from './line-edit.ts';
import { linesOf, offMark } from './marks.ts';
import { type Need, overlaid } from './overlay.ts';
import { readShellFile, type ShellFile } from './shell.ts';
import { originalOf, unmarked } from './unmark.ts';

/** What rc-wait writes into one kind of file of settings. */
export interface Settings {
  readonly isOurForm: IsOurForm;
  /** whether a setting that we put out of use is taken back as soon as nothing asks for that any more */
  isLent(key: string): boolean;
}

/** A file of settings after what it needs was done; nothing where that is all there. */
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

/** Every line, for files in which ours may stand anywhere. */
export function allLines(text: string): number[] {
  return linesOf(text).map((_, index) => index);
}

/** The file with its lent settings taken back, as if nobody had put them out of use. */
function takenBack({ path, text }: NetworkFile, { isOurForm, isLent }: Settings): NetworkFile {
  if (!text.includes(offMark)) return { path, text };
  const { assignments } = readShellFile({ path, text: originalOf(text, isOurForm) });
  const lines = assignments.filter(({ key }) => isLent(key)).flatMap((one) => one.lines);
  return { path, text: unmarked(text, new Set(lines)) };
}
