import type { NetworkFile } from '../../types.ts';
import { keyfileDialect } from '../text/ini.ts';
import { originalIni } from '../text/ini-original.ts';
import { theirsOf } from '../text/overlay.ts';
import { isOurForm } from './overlay.ts';
import { type Profile, readProfiles } from './profile.ts';

/** A profile without rc-wait's changes, in two versions; line numbers agree with the file's. */
export interface View {
  /** without rc-wait's lines */
  readonly theirs: Profile;
  /** and with the lines that rc-wait disabled restored: the profile before rc-wait */
  readonly original: Profile;
}

/** The profiles that may configure an Ethernet interface. */
export function viewsOf(files: readonly NetworkFile[]): View[] {
  return readProfiles(withoutOurs(files)).map((theirs) => {
    const [original = theirs] = readProfiles([originalIni(theirs.file, isOurForm, keyfileDialect)]);
    return { theirs, original };
  });
}

/** The files with rc-wait's lines blanked. */
export function withoutOurs(files: readonly NetworkFile[]): NetworkFile[] {
  return files.map((file) => ({ ...file, text: theirsOf(file.text, isOurForm) }));
}
