import { join } from 'node:path';
import { errnoOf, reasonOf } from '../base/error.ts';
import { readRegular, replaceFile } from '../base/files.ts';
import type { Reading } from '../base/reading.ts';
import { type Region, readRegion } from '../base/region.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { bootId } from '../system/boot.ts';
import { SideFolder } from '../system/side-write.ts';

const schema = 'rc-wait/region/v1';

const longestBytes = 4_096;

const pathIn = (directory: string): string => join(directory, 'region.json');

/**
 * Stores the region whose API knew this server, so that no run before the next boot has to ask all six again.
 * A failure costs no more than that, and is ignored.
 */
export async function rememberRegion(directory: string, region: Region): Promise<void> {
  try {
    await new SideFolder(directory).run(() => {
      if (distrust(directory, rootOrThisUser()) !== undefined) return;
      // Whatever the umask: users other than root must be able to read it.
      const text = `${JSON.stringify({ schema, boot: bootId(), region })}\n`;
      replaceFile(pathIn(directory), text, 0o644);
    });
  } catch {
    // see above
  }
}

/** Reads the region that was stored since this boot. Never rejects. */
export async function rememberedRegion(directory: string): Promise<Reading<Region>> {
  const path = pathIn(directory);
  try {
    // In a folder that others can write to, somebody else could name the region.
    const doubt = distrust(directory, rootOrThisUser());
    if (doubt !== undefined) return unreadable(path, doubt);
    const { bytes, stats } = readRegular(path, longestBytes, { noFollow: true });
    if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) return unreadable(path, "it is another user's");
    const document = JSON.parse(bytes.toString('utf8')) as Record<string, unknown> | null;
    if (document?.schema !== schema || typeof document.region !== 'string')
      return unreadable(path, 'it is not what rc-wait wrote');
    if (document.boot !== bootId()) return { kind: 'absent', why: `${path} is of another boot` };
    const value = readRegion(document.region);
    return value === undefined
      ? unreadable(path, 'it names no region')
      : { kind: 'known', value, where: path };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'absent', why: 'none was written down since the boot' };
    return unreadable(path, error instanceof SyntaxError ? 'it is not what rc-wait wrote' : reasonOf(error));
  }
}

function unreadable(path: string, why: string): Reading<Region> {
  return { kind: 'unknown', why: `${path}: ${why}` };
}
