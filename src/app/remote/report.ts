import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import { requireRegular } from '../../base/files.ts';
import { remotePage } from '../../report/remote/page.ts';
import type { RemoteDocument } from '../../report/remote/result.ts';
import { writeAside } from '../../system/side-write.ts';

/** The file of `--report`. */
export interface Report {
  /**
   * Replaces the file by the page of this wait, at once and whole.
   * @throws RcWaitError OUTPUT
   */
  write(document: RemoteDocument): Promise<void>;
}

/**
 * Checks that the file can be written, before a wait of an hour ends with a page that is lost.
 * @throws RcWaitError CONFIGURATION
 */
export function openReport(path: string): Report {
  const target = checked(path);
  return {
    async write(document) {
      const { script, style } = await import('../../report/remote/page/inline.ts');
      const digest = (text: string): string => createHash('sha256').update(text).digest('base64');
      try {
        const text = remotePage(document, { script, style, digest });
        await writeAside({ path: target, text }, () => replaceReport(target, text));
      } catch (error) {
        throw new RcWaitError('OUTPUT', `cannot write ${path}: ${reasonOf(error)}`, { cause: error });
      }
    },
  };
}

/** The file itself, where a symbolic link leads to it. */
function checked(path: string): string {
  try {
    if (path.trim() === '') throw new Error('a file is expected');
    const target = linkEnd(path);
    const old = statSync(target, { throwIfNoEntry: false });
    if (old !== undefined) {
      requireRegular(old);
      accessSync(target, constants.W_OK);
    } else if (path.endsWith('/')) throw new Error('it is a directory');
    // Only a new file shows that the folder, and the file system, take one.
    const { name, file } = createBeside(target);
    closeSync(file);
    rmSync(name);
    return target;
  } catch (error) {
    throw new RcWaitError('CONFIGURATION', `cannot write ${path}: ${reasonOf(error)}`, {
      cause: error,
      hint: '--report names the page to be written: a file in a folder that exists and is writable',
    });
  }
}

function linkEnd(path: string): string {
  const whole = resolve(path);
  return statSync(whole, { throwIfNoEntry: false }) === undefined ? whole : realpathSync(whole);
}

function createBeside(target: string): { readonly name: string; readonly file: number } {
  const name = join(dirname(target), `.${basename(target).slice(0, 200)}.${randomBytes(8).toString('hex')}`);
  return { name, file: openSync(name, 'wx') };
}

/** As an editor would: a new file has the mode of the umask, and an old one keeps its own. */
function replaceReport(target: string, text: string): void {
  const old: Stats | undefined = statSync(target, { throwIfNoEntry: false });
  const { name, file } = createBeside(target);
  try {
    try {
      writeFileSync(file, text);
      if (old !== undefined) fchmodSync(file, old.mode & 0o777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(name, target);
  } catch (error) {
    rmSync(name, { force: true });
    throw error;
  }
}
