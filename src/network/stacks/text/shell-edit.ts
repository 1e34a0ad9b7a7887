import type { FileChange, NetworkFile } from '../../types.ts';
import type { IsOurForm } from './line-edit.ts';
import { linesOf, offMark } from './marks.ts';
import { type Need, withLayer } from './overlay.ts';
import { readShellFile, type ShellFile } from './shell.ts';
import { originalOf, unmarked } from './unmark.ts';

/** What rc-wait writes into one kind of settings file. */
export interface Settings {
  readonly hasOwnForm: IsOurForm;
  /** true if a setting that rc-wait disabled is restored once no rule needs it disabled */
  isTemporary(key: string): boolean;
}

/** The change that gives a settings file what it needs; empty if it has everything. */
export function changedSettings(
  file: NetworkFile,
  settings: Settings,
  needOf: (withoutOwn: ShellFile) => Need,
): FileChange[] {
  const { path, text } = file;
  const after = withLayer(restored(file, settings).text, {
    hasOwnForm: settings.hasOwnForm,
    needOf: (withoutOwn) => needOf(readShellFile({ path, text: withoutOwn })),
    placesOf: allLines,
  });
  return after === text ? [] : [{ path, before: text, after, mode: 0o644 }];
}

/** Every line, for files in which rc-wait's lines may stand anywhere. */
export function allLines(text: string): number[] {
  return linesOf(text).map((_, index) => index);
}

/** The file with its temporarily disabled settings restored. */
function restored({ path, text }: NetworkFile, { hasOwnForm, isTemporary }: Settings): NetworkFile {
  if (!text.includes(offMark)) return { path, text };
  const { assignments } = readShellFile({ path, text: originalOf(text, hasOwnForm) });
  const lines = assignments.filter(({ key }) => isTemporary(key)).flatMap((one) => one.lines);
  return { path, text: unmarked(text, new Set(lines)) };
}
