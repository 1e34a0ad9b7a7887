import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { within } from '../base/deadline.ts';
import { errnoOf, reasonOf } from '../base/error.ts';
import type { Reading } from '../base/reading.ts';

/** More than any file that describes the server has. */
const longestBytes = 1024 * 1024;

/** In ms. The drive may be a device that does not answer. */
const limitMs = 2_000;

/** Reads a text file below `root`; its `where` is the path without `root`. Never rejects. */
export function readSource(path: string, root: string): Promise<Reading<string>> {
  return within(read(path, root), limitMs, () => ({
    kind: 'unknown',
    why: `${path}: no answer within ${limitMs / 1000} s`,
  }));
}

async function read(path: string, root: string): Promise<Reading<string>> {
  try {
    // Not blocking: opening a FIFO would wait for a writer.
    const file = await open(join(root, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { kind: 'unknown', why: `${path}: it is not a file` };
      if (stat.size > longestBytes)
        return { kind: 'unknown', why: `${path}: it is too long (${stat.size} bytes)` };
      const bytes = await file.readFile();
      return { kind: 'known', value: new TextDecoder('utf-8', { fatal: true }).decode(bytes), where: path };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent', why: `there is no ${path}` };
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      return { kind: 'unknown', why: `${path}: it is not UTF-8 text` };
    return { kind: 'unknown', why: `${path}: ${reasonOf(error)}` };
  }
}
