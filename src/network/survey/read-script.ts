import { statSync } from 'node:fs';
import { errnoOf, reasonOf } from '../../base/error.ts';
import { isNullBelow, openBelow, realpathBelow } from '../../system/root.ts';

/** In bytes: larger than any script that sets routes. */
const longestScriptBytes = 256 * 1024;

/** A script's text, or why it cannot be read; undefined if the file does not exist or nothing would run it. */
export async function readScriptFile(
  root: string,
  path: string,
  isExecuted: boolean,
): Promise<{ text: string } | { why: string } | undefined> {
  try {
    // Such a link masks a unit.
    if (isNullBelow(root, path)) return { text: '' };
    const stats = statSync(await realpathBelow(root, path));
    if (!stats.isFile() || (isExecuted && (stats.mode & 0o111) === 0)) return undefined;
    if (stats.size > longestScriptBytes) return { why: `it has ${stats.size} bytes` };
    const { bytes } = await openBelow(root, path, longestScriptBytes);
    return bytes.includes(0) ? { why: 'it is not a script' } : { text: bytes.toString('latin1') };
  } catch (error) {
    return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' ? undefined : { why: reasonOf(error) };
  }
}
