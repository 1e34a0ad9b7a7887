import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a folder `NAME-PID-XXXXXX` for this process; returns its path. */
export function makeWorkplace(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${name}-${process.pid}-`));
}

/** Removes a workplace. Something may still be dying in it, so it is tried more than once. */
export function removeWorkplace(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Removes the workplaces of this user whose process is gone: it was killed. Returns their paths. */
export function removeLeftovers(parent: string, name: string): readonly string[] {
  const left = entriesOf(parent)
    .filter((entry) => {
      const [, begin, pid] = /^(.+)-(\d+)-\w{6}$/.exec(entry) ?? [];
      return begin === name && !isAlive(Number(pid));
    })
    .map((entry) => join(parent, entry))
    .filter(isOwnFolder);
  for (const path of left) removeWorkplace(path);
  return left;
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Whether a process has this id. One that may not be signalled (EPERM of kill(2)) is there, too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** In /tmp others may have made what has such a name. */
function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}
