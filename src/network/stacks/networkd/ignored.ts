import { RcWaitError } from '../../../base/error.ts';
import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { regardless } from '../regardless.ts';
import { nameOf } from '../text/glob.ts';
import { candidatesFor, readUnits } from './units.ts';

/** One line for each file that networkd cannot read, for a person. */
export function ignoredUnitWords(files: readonly NetworkFile[]): string[] {
  return files
    .filter(({ ignored, ignoredAsItIs }) => (ignored ?? ignoredAsItIs) !== undefined)
    .map((file) => `${wordsOf(file)}; ${remedyFor(file)}`);
}

/**
 * Refuses an interface whose `.network` file, or a drop-in of it, networkd cannot read. The file that networkd uses now
 * counts as well: the next reload would lose it.
 * @throws RcWaitError NETWORK_FILE
 */
export function refuseIgnoredUnit(files: readonly NetworkFile[], link: InterfaceRef): void {
  const [used] = candidatesFor(readUnits(files), link);
  if (used !== undefined && used.unit.name === nameOf(link.file ?? used.unit.name)) return;
  for (const { unit } of candidatesFor(readUnits(regardless(files)), link)) {
    const file = files.find(({ path, ignored }) => ignored !== undefined && isOf(path, unit.name));
    if (file === undefined) continue;
    throw new RcWaitError('NETWORK_FILE', `cannot configure ${link.interfaceName}: ${wordsOf(file)}`, {
      hint: `nothing was changed; ${remedyFor(file)}, and try again`,
    });
  }
}

/** The folder of a file. */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Whether a file is a unit's own or one of its drop-ins. */
function isOf(path: string, name: string): boolean {
  return nameOf(path) === name || nameOf(folderOf(path)) === `${name}.d`;
}

function wordsOf({ path, ignored, ignoredAsItIs }: NetworkFile): string {
  return `systemd-networkd ${ignored === undefined ? 'will ignore' : 'ignores'} ${path}, because ${ignored ?? ignoredAsItIs}`;
}

function remedyFor({ path, ignored, ignoredAsItIs = '' }: NetworkFile): string {
  const isItsOwn = (ignored ?? ignoredAsItIs).startsWith('its mode');
  return `chmod a+rX ${isItsOwn ? '' : `${folderOf(path)} `}${path}`;
}
