import { readRegularText } from '../../../base/files.ts';
import { writeWhole } from '../../../system/files.ts';

/**
 * The number of the next change: above all that were given before. It is on the
 * disk before anything bears it, so a crash can waste a number and never give
 * one twice.
 *
 * A file of its own, beside the folder of the journal: where `last.json` is damaged or was
 * deleted, numbers would begin anew, and the owner's next change would count
 * as older than a DEPLOYED that was remembered long before.
 *
 * To be called with the lock of the network held.
 * @param path of the file that holds the number given last
 * @param known the highest number that an entry of the journal bears; 0: none does
 * @throws a system error when it cannot be written
 */
export async function nextSequence(path: string, known: number): Promise<number> {
  const next = Math.max(givenLast(path), known) + 1;
  await writeWhole(path, `${next}\n`);
  return next;
}

/** 0: there is no such file, or it holds no number. */
function givenLast(path: string): number {
  try {
    const text = readRegularText(path, 64);
    return /^\d{1,15}\n?$/.test(text) ? Number(text) : 0;
  } catch {
    return 0;
  }
}
