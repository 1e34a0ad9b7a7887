import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Architecture, architectureOf } from '../architecture.ts';
import { writeDeb } from '../deb.ts';
import { layout } from '../layout.ts';
import { writeNpm } from '../npm.ts';
import { prepareRelease } from '../prepare.ts';
import { writeRpm } from '../rpm.ts';
import type { Entry } from '../tree.ts';
import { sha256Of, writeImage } from './image.ts';
import { sectionOf } from './ready.ts';
import { writeTarball } from './tarball.ts';
import { type ReleaseFile, sumsText } from './tell.ts';

/** What is made, and where. */
export interface Order {
  readonly version: string;
  /** the architectures of the packages; the npm package and the image come from this machine's */
  readonly architectures: readonly Architecture[];
  readonly hasImage: boolean;
  /** compress less, for a rehearsal */
  readonly isFast: boolean;
  /** an empty folder for what is only needed on the way */
  readonly scratch: string;
  /** an empty folder for the files */
  readonly out: string;
  /** receives what is made next */
  readonly progress: (text: string) => void;
}

/** Makes the files of a release, and SHA256SUMS last; returns all but that one. */
export async function makeRelease(order: Order): Promise<readonly ReleaseFile[]> {
  for (const architecture of order.architectures) {
    // One after the other, since each needs a few hundred MB.
    const scratch = join(order.scratch, architecture.debian);
    mkdirSync(scratch);
    await makeFor(architecture, { ...order, scratch });
    rmSync(scratch, { recursive: true });
  }
  const section = sectionOf(readFileSync('CHANGELOG.md', 'utf8'), order.version);
  writeFileSync(join(order.out, 'NOTES.md'), `${section?.text ?? ''}\n`);
  order.progress('SHA256SUMS');
  const files: ReleaseFile[] = [];
  for (const name of readdirSync(order.out).sort()) {
    const path = join(order.out, name);
    files.push({ name, bytes: statSync(path).size, sha256: await sha256Of(path) });
  }
  writeFileSync(join(order.out, 'SHA256SUMS'), sumsText(files));
  return files;
}

async function makeFor(architecture: Architecture, order: Order): Promise<void> {
  const { scratch, out, isFast, progress } = order;
  const name = architecture.debian;
  progress(`the program for ${name}`);
  const release = prepareRelease(architecture, scratch);
  const entries = layout(release);
  progress(`the .deb for ${name}`);
  writeDeb(entries, release, { scratch, out, level: isFast ? 0 : 6 });
  progress(`the .rpm for ${name}`);
  writeRpm(entries, release, { scratch, out, level: isFast ? 1 : 15 });
  progress(`the tarball for ${name}`);
  const level = isFast ? 1 : 9;
  await writeTarball(entries, release, { scratch, out, level });
  writeFileSync(join(out, `rc-wait-${release.version}-${name}.cdx.json`), sbomOf(entries));
  if (architecture !== architectureOf(undefined)) return;
  progress('the npm package');
  writeNpm(release, { scratch, out });
  if (order.hasImage) {
    progress(`the container image for ${name}`);
    await writeImage(entries, release, { scratch, out, level });
  }
}

/** The SBOM that the packages have, too. */
function sbomOf(entries: readonly Entry[]): string | Buffer {
  const from = entries.find(({ path }) => path.endsWith('/sbom.cdx.json'))?.from;
  if (typeof from !== 'object' || !('content' in from)) throw new Error('the packages have no SBOM');
  return from.content;
}
