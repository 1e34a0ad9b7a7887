import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errnoOf, RcWaitError, reasonOf } from '../../base/error.ts';
import { isNullBelow, realpathBelow } from '../root.ts';
import type { UnitEntry, UnitFolder, UnitListing } from './listing.ts';
import { isUnitName, unitFolders } from './names.ts';

/** The folders of the run levels that start scripts, on Debian, RHEL and SUSE. */
const runLevels = ['/etc', '/etc/rc.d', '/etc/init.d'].flatMap((folder) =>
  ['S', '2', '3', '4', '5'].map((level) => `${folder}/rc${level}.d`),
);

/**
 * Lists the units below a root, and the start links of SysV init; opens no unit.
 * @throws RcWaitError NETWORK_FILE if a folder cannot be read; it is never treated as missing
 */
export async function listUnits(root: string): Promise<UnitListing> {
  const seen = new Set<string>();
  const folders: UnitFolder[] = [];
  for (const path of unitFolders) {
    const real = await existing(root, path);
    // /lib is a link to /usr/lib, where /usr is merged.
    if (real === undefined || seen.has(real)) continue;
    seen.add(real);
    folders.push(await folderBelow(root, path, real));
  }
  const levels = await Promise.all(
    runLevels.map(async (folder) => (await namesIn(root, folder)).map((name) => `${folder}/${name}`)),
  );
  return { folders, sysvLinks: levels.flat().filter((path) => /\/S..[^/]+$/.test(path)) };
}

async function folderBelow(root: string, path: string, real: string): Promise<UnitFolder> {
  const units = new Map<string, UnitEntry>();
  const inner = new Map<string, ReadonlyMap<string, boolean>>();
  for (const name of await namesIn(root, path)) {
    const place = `${path}/${name}`;
    if (/\.(d|wants|requires|upholds)$/.test(name)) {
      const names = await namesIn(root, place);
      inner.set(name, new Map(names.map((one) => [one, isNullBelow(root, `${place}/${one}`)])));
    } else if (isUnitName(name)) units.set(name, await entryAt(root, place, join(real, name)));
  }
  return { path, units, inner };
}

async function entryAt(root: string, path: string, real: string): Promise<UnitEntry> {
  if (isNullBelow(root, path)) return { kind: 'mask' };
  if (await isEmpty(root, path)) return { kind: 'mask' };
  if (!lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink()) return { kind: 'file' };
  return { kind: 'link', target: resolve(path.slice(0, path.lastIndexOf('/')), readlinkSync(real)) };
}

/** Whether a file, or what a link leads to, is empty; whoever reads it says what is wrong with it. */
async function isEmpty(root: string, path: string): Promise<boolean> {
  try {
    const stats = statSync(await realpathBelow(root, path));
    return stats.isFile() && stats.size === 0;
  } catch {
    return false;
  }
}

/** The names in a folder, sorted; empty if there is no such folder. */
async function namesIn(root: string, path: string): Promise<string[]> {
  try {
    const real = await existing(root, path);
    if (real === undefined || !statSync(real).isDirectory()) return [];
    return readdirSync(real).sort();
  } catch (error) {
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The real path of a folder; undefined if there is none. */
async function existing(root: string, path: string): Promise<string | undefined> {
  try {
    return await realpathBelow(root, path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
    if (error instanceof RcWaitError) throw error;
    throw new RcWaitError('NETWORK_FILE', `cannot read ${path}: ${reasonOf(error)}`, { cause: error });
  }
}
