import { readRegularText } from '../../../base/files.ts';
import { writeWhole } from '../../../system/files.ts';

/**
 * The number of the next change, higher than all before. It is on the disk before any
 * entry uses it, so a crash may waste a number but never repeats one.
 *
 * It has its own file beside the journal's folder. Otherwise the numbers would start
 * again if `last.json` is damaged or deleted, and the owner's next change would count as
 * older than a DEPLOYED that was remembered long before.
 *
 * The caller must hold the lock of the network.
 * @param path the file with the last number
 * @param known the highest number in the entries of the journal; 0: no entry has one
 * @throws a system error if it cannot be written
 */
export async function nextSequence(path: string, known: number): Promise<number> {
  const next = Math.max(givenLast(path), known) + 1;
  await writeWhole(path, `${next}\n`);
  return next;
}

/** 0: the file does not exist, or does not hold a number. */
function givenLast(path: string): number {
  try {
    const text = readRegularText(path, 64);
    return /^\d{1,15}\n?$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}
