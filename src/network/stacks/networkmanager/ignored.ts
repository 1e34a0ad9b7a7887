import { RcWaitError } from '../../../base/error.ts';
import type { FileAttributes, NetworkFile } from '../../types.ts';

/** Any access of the group or of others. */
const byOthers = 0o077;

/**
 * Why NetworkManager ignores a keyfile whatever it holds: it must belong to root, and nobody else may have any
 * access (nms_keyfile_utils_check_file_permissions_stat() of nms-keyfile-utils.c; NetworkManager.conf(5), "keyfile").
 * In a tree that was unpacked elsewhere the owner says nothing yet.
 */
export function whyIgnored(
  { mode, uid }: Omit<FileAttributes, 'gid'>,
  isRunning: boolean,
): string | undefined {
  if ((mode & byOthers) !== 0)
    return `its mode is ${(mode & 0o7777).toString(8).padStart(4, '0')}, and others than root may have no access`;
  return isRunning && uid !== 0 ? 'root does not own it' : undefined;
}

/** One line for each profile that is ignored, for a person. */
export function ignoredWords(files: readonly NetworkFile[]): string[] {
  return files
    .filter(({ text }) => /^[ \t]*\[connection\]/m.test(text))
    .filter(({ ignored, ignoredAsItIs }) => (ignored ?? ignoredAsItIs) !== undefined)
    .map((file) => `${wordsOf(file)}; ${remedy(file)}`);
}

/** The error for an interface whose profile is ignored. */
export function refuseIgnoredProfile(interfaceName: string, file: NetworkFile): RcWaitError {
  return new RcWaitError('NETWORK_FILE', `cannot configure ${interfaceName}: ${wordsOf(file)}`, {
    hint: `nothing was changed; ${remedy(file)}, and try again`,
  });
}

function wordsOf({ path, ignored, ignoredAsItIs }: NetworkFile): string {
  return `NetworkManager ${ignored === undefined ? 'will ignore' : 'ignores'} ${path}, because ${ignored ?? ignoredAsItIs}`;
}

function remedy({ path }: NetworkFile): string {
  return `chown root:root ${path} && chmod 600 ${path}`;
}
