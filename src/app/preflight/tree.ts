import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, reasonOf } from '../../base/error.ts';
import type { Reading } from '../../base/reading.ts';
import { componentsOf, globPattern, hasWildcard } from '../../network/stacks/text/glob.ts';
import type { PlainFile } from '../../preflight/finding.ts';
import { resolveInside } from '../../system/inside.ts';
import { readBelow } from '../../system/root.ts';

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
  /** the target of a symbolic link; undefined: it is none */
  link(path: string): Promise<string | undefined>;
}

/** The files below `root`. Nothing is written, and no file that may wait is opened. */
export function treeBelow(root: string): PreflightTree {
  const real = (path: string) => resolveInside(root, path);
  const parentOf = async (path: string): Promise<string> => {
    const slash = path.lastIndexOf('/');
    return join(root, await real(path.slice(0, slash)), path.slice(slash + 1));
  };
  const read: PreflightTree['read'] = async (path) => {
    try {
      const bytes = await readBelow(root, await real(path), longestFileBytes);
      return { kind: 'known', value: bytes.toString('utf8'), where: path };
    } catch (error) {
      if (isAbsence(error)) return { kind: 'absent', why: `${path}: there is none` };
      return { kind: 'unknown', why: `cannot read ${path}: ${reasonOf(error)}` };
    }
  };
  const entries = async (folder: string): Promise<readonly string[]> => {
    try {
      return await readdir(join(root, await real(folder === '' ? '/' : folder)));
    } catch {
      return [];
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
    async expand(glob) {
      let paths = [''];
      for (const component of componentsOf(glob)) {
        if (!hasWildcard(component)) {
          paths = paths.map((path) => `${path}/${component}`);
          continue;
        }
        const pattern = globPattern(component);
        const found: string[] = [];
        for (const path of paths) {
          const names = (await entries(path)).filter((name) => pattern.test(name));
          found.push(...names.sort().map((name) => `${path}/${name}`));
        }
        paths = found;
      }
      return paths;
    },
    async program(name) {
      for (const folder of programFolders) {
        const path = `${folder}/${name}`;
        try {
          const stats = await stat(join(root, await real(path)));
          if (stats.isFile() && (stats.mode & executable) !== 0) return path;
        } catch {
          // not in this folder
        }
      }
      return undefined;
    },
    async link(path) {
      try {
        return await readlink(await parentOf(path));
      } catch {
        return undefined;
      }
    },
  };
}

/** A folder that is a file, and a link to nowhere, are "no such file". */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
}
