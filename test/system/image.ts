import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const script = join(import.meta.dirname, '../../scripts/image');

/** Longer than the first image of a suite takes, base included, on a slow machine. */
export const imageLimitMs = 900_000;

const images = new Map<string, Promise<string>>();
let last: Promise<unknown> = Promise.resolve();

/**
 * The name of a server's image, from the Dockerfile and dist/; made once a run, and quickly where
 * the engine still has its layers.
 */
export function serverImage(suite: string = 'bookworm', packages: readonly string[] = []): Promise<string> {
  const argv = [suite, ...packages];
  const known = images.get(argv.join(' '));
  if (known !== undefined) return known;
  // One after the other: the first one may install mmdebstrap, and apt-get has a lock.
  const image = last.then(async () => {
    const { stdout } = await promisify(execFile)(script, argv, { timeout: imageLimitMs });
    return stdout.trim();
  });
  last = image.catch(() => undefined);
  images.set(argv.join(' '), image);
  return image;
}
