import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { filledIn } from '../deb.ts';
import type { Release } from '../layout.ts';
import { type Entry, writeTree } from '../tree.ts';

/** What a tar file is made of. */
export interface TarContent {
  /** the folder in which its paths begin */
  readonly folder: string;
  /** the paths, each with everything below it */
  readonly paths: readonly string[];
  /** the time of each file, in seconds since 1970 */
  readonly epochS: number;
}

/** Writes a tar file without the owner and the clock of the build. */
export function writeTar(path: string, { folder, paths, epochS }: TarContent): void {
  const same = ['--sort=name', `--mtime=@${epochS}`, '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', ['--create', '--file', path, '--format=gnu', ...same, '-C', folder, '--', ...paths]);
}

/** Compresses a file into another and removes it. Node's gzip writes neither a name nor a time. */
export async function gzipFile(from: string, to: string, level: number): Promise<void> {
  await pipeline(createReadStream(from), createGzip({ level }), createWriteStream(to));
  rmSync(from);
}

/** Where a file of a release is made. */
export interface Place {
  /** a folder for what is only needed on the way, without files of the same kind */
  readonly scratch: string;
  readonly out: string;
  /** the gzip level, 0 to 9 */
  readonly level: number;
}

/** Writes the .tar.gz with the files of the packages and a note on how to install them; returns its path. */
export async function writeTarball(
  entries: readonly Entry[],
  { version, epochS, architecture }: Pick<Release, 'version' | 'epochS' | 'architecture'>,
  { scratch, out, level }: Place,
): Promise<string> {
  const [stage, top] = [join(scratch, 'tarball'), `rc-wait-${version}`];
  const name = `${top}-linux-${architecture.debian}.tar.gz`;
  const note = filledIn(readFileSync('packaging/tarball/INSTALL', 'utf8'), { version, file: name });
  const install: Entry = { path: 'INSTALL', mode: 0o644, from: { content: note } };
  const files = [...entries, install].map((entry) => ({ ...entry, path: `${top}/${entry.path}` }));
  writeTree(files, stage, epochS);
  const plain = join(scratch, 'tarball.tar');
  // No folder such as usr/: unpacking it would set the mode and the time of the one that is there.
  writeTar(plain, { folder: stage, paths: files.map(({ path }) => path).sort(), epochS });
  await gzipFile(plain, join(out, name), level);
  return join(out, name);
}
