import type { NetworkFile } from '../../types.ts';
import { keyfileDialect } from '../text/ini.ts';
import { originalIni } from '../text/ini-original.ts';
import { withoutOwnLines } from '../text/overlay.ts';
import { hasOwnForm } from './overlay.ts';
import { type Profile, readProfiles } from './profile.ts';

/** A profile without rc-wait's changes, in two versions; line numbers agree with the file's. */
export interface View {
  /** without rc-wait's lines */
  readonly withoutOwn: Profile;
  /** and with the lines that rc-wait disabled restored: the profile before rc-wait */
  readonly original: Profile;
}

/** The profiles that may configure an Ethernet interface. */
export function viewsOf(files: readonly NetworkFile[]): View[] {
  return readProfiles(filesWithoutOwnLines(files)).map((withoutOwn) => {
    const [original = withoutOwn] = readProfiles([originalIni(withoutOwn.file, hasOwnForm, keyfileDialect)]);
    return { withoutOwn, original };
  });
}

/** The files with rc-wait's lines blanked. */
export function filesWithoutOwnLines(files: readonly NetworkFile[]): NetworkFile[] {
  return files.map((file) => ({ ...file, text: withoutOwnLines(file.text, hasOwnForm) }));
}
