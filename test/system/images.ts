import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { limitsMs } from '../support/limits.ts';
import { packages } from './network/beds.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** the names of the images: `server`, and that of the bed on each release */
    readonly images: Readonly<Record<'server' | keyof typeof packages, string>>;
  }
}

const script = join(import.meta.dirname, '../../scripts/image');

/** Makes an image by scripts/image, and returns its name. */
export async function build(title: string, ...argv: string[]): Promise<string> {
  const startedMs = performance.now();
  const { stdout } = await promisify(execFile)(script, argv, { timeout: limitsMs.image });
  console.log(`image of ${title}: ${Math.round((performance.now() - startedMs) / 1000)} s`);
  return stdout.trim();
}

/**
 * Makes the images of all servers before the first test, from the Dockerfile and dist/; in
 * seconds where the engine still has their layers. One after the other: the first may install
 * mmdebstrap, and apt-get has a lock.
 */
export default async function setup({ provide }: TestProject): Promise<void> {
  provide('images', {
    server: await build('a server'),
    bookworm: await build('a bed on bookworm', 'bookworm', ...packages.bookworm),
    trixie: await build('a bed on trixie', 'trixie', ...packages.trixie),
    bullseye: await build('a bed on bullseye', 'bullseye', ...packages.bullseye),
  });
}
