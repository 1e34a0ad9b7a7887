import { dirname, join } from 'node:path';
import { errnoOf, reasonOf } from '../../base/error.ts';
import type { Due } from '../../report/result.ts';
import { withFolderBelow, writeWhole } from '../../system/files.ts';
import { doubtBelow, openBelow } from '../../system/root.ts';
import {
  blank,
  type Instance,
  type Memory,
  parseMemory,
  renderMemory,
  withDue,
  withInstance,
} from './deployed-before.ts';

/** The file, below the root. Images of the server contain it: hence one entry per instance. */
const memoryPath = '/var/lib/rc-wait/instances.json';

/** In bytes; far more than the entries that are kept. */
const largestBytes = 16 * 2 ** 20;

/**
 * Reads the memory. One that is unreadable or invalid counts as empty, so the wait asks the API as it would
 * without one. Never throws.
 * @param onWarning receives what is wrong with the file
 */
export async function readMemory(root: string, onWarning: (warning: string) => void): Promise<Memory> {
  const path = join(root, memoryPath);
  try {
    const doubt = doubtBelow(root, memoryPath);
    if (doubt !== undefined) {
      onWarning(`cannot use ${path}: ${doubt}; what it says is not believed`);
      return blank;
    }
    const memory = parseMemory((await openBelow(root, memoryPath, largestBytes)).bytes.toString('utf8'));
    if (memory !== undefined) return memory;
    onWarning(`cannot use ${path}: it was not written by rc-wait; ignored`);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') onWarning(`cannot read ${path}: ${reasonOf(error)}`);
  }
  return blank;
}

/**
 * Adds one instance, durably: after a power cut the file holds either the old text or the new one. Never
 * throws.
 * @param onWarning receives why the instance could not be stored
 */
export async function remember(
  root: string,
  instance: Instance,
  onWarning: (warning: string) => void,
): Promise<void> {
  await change(root, (memory) => withInstance(memory, instance), onWarning);
}

/**
 * Stores which announcements are still due for an instance, if any. Never throws.
 * @param onWarning receives why it could not be stored
 */
export async function rememberDue(
  root: string,
  id: string,
  owed: Due | undefined,
  onWarning: (warning: string) => void,
): Promise<void> {
  await change(root, (memory) => withDue(memory, id, owed), onWarning);
}

async function change(
  root: string,
  edit: (memory: Memory) => Memory | undefined,
  onWarning: (warning: string) => void,
): Promise<void> {
  try {
    const memory = edit(await readMemory(root, () => undefined));
    if (memory === undefined) return;
    await withFolderBelow(root, dirname(memoryPath), 0o700, (folder) =>
      writeWhole(join(folder, 'instances.json'), renderMemory(memory)),
    );
  } catch (error) {
    onWarning(`cannot remember that this instance is deployed: ${reasonOf(error)}`);
  }
}
