import { lstat, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize } from 'node:path';
import { errnoOf, reasonOf } from '../../base/error.ts';
import type { Reading } from '../../base/reading.ts';
import { expand } from '../../network/plan/stack-files.ts';
import type { PlainFile } from '../../preflight/finding.ts';
import { readBelow, realpathBelow } from '../../system/root.ts';
import type { UnitListing } from '../../system/units/listing.ts';
import { listUnits } from '../../system/units/read.ts';

/** More than any file of a configuration has; /proc/locks of a busy server, too. */
const longestFileBytes = 4 * 2 ** 20;

/** The places in which a service finds programs. */
const programFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

const executable = 0o111;

/** A server's files, read only: those of the running system, or those below another root. */
export interface PreflightTree {
  /** a file's text; absent where there is no such file */
  read(path: string): Promise<Reading<string>>;
  /** the files that can be read, of these; the others are left out */
  readAll(paths: readonly string[]): Promise<readonly PlainFile[]>;
  /** the paths that a glob matches, sorted as in the C locale */
  expand(glob: string): Promise<readonly string[]>;
  /** where a program is; undefined: in no folder of the PATH */
  program(name: string): Promise<string | undefined>;
  /** whether there is such a name, be it a link to nowhere */
  has(path: string): Promise<boolean>;
  /** the systemd units */
  units(): Promise<UnitListing>;
}

/** The files below `root`. Nothing is written, and no file that may wait is opened. */
export function treeBelow(root: string): PreflightTree {
  let listing: Promise<UnitListing> | undefined;
  const parentOf = async (path: string): Promise<string> =>
    join(await realpathBelow(root, normalize(dirname(path))), basename(path));
  const read: PreflightTree['read'] = async (path) => {
    try {
      const bytes = await readBelow(root, normalize(path), longestFileBytes);
      return { kind: 'known', value: bytes.toString('utf8'), where: path };
    } catch (error) {
      if (isAbsence(error)) return { kind: 'absent', why: `${path}: there is none` };
      return { kind: 'unknown', why: `cannot read ${path}: ${reasonOf(error)}` };
    }
  };
  const has: PreflightTree['has'] = async (path) => {
    try {
      await lstat(await parentOf(path));
      return true;
    } catch {
      return false;
    }
  };
  return {
    read,
    has,
    async readAll(paths) {
      const files: PlainFile[] = [];
      for (const path of paths) {
        const reading = await read(path);
        if (reading.kind === 'known') files.push({ path, text: reading.value });
      }
      return files;
    },
    // A folder that cannot be read has no files to look at.
    expand: (glob) => expand(root, normalize(glob)).catch(() => []),
    async program(name) {
      for (const folder of programFolders) {
        const path = `${folder}/${name}`;
        try {
          const stats = await stat(await realpathBelow(root, path));
          if (stats.isFile() && (stats.mode & executable) !== 0) return path;
        } catch {
          // not in this folder
        }
      }
      return undefined;
    },
    units() {
      // A folder of units that cannot be read has no units to look at.
      listing ??= listUnits(root).catch(() => ({ folders: [], sysvLinks: [] }));
      return listing;
    },
  };
}

/** A folder that is a file, and a link to nowhere, are "no such file". */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
}
