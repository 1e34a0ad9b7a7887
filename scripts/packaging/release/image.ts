import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  createReadStream,
  globSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Release } from '../layout.ts';
import { type Entry, writeTree } from '../tree.ts';
import { gzipFile, type Place, writeTar } from './tarball.ts';

/** Writes the container image for `rc-wait remote` as a file for `docker load`; returns its path. */
export async function writeImage(entries: readonly Entry[], release: Release, place: Place): Promise<string> {
  const context = join(place.scratch, 'context');
  writeTree(imageEntries(entries), context, release.epochS);
  for (const name of ['Dockerfile', '.dockerignore']) copyFileSync(name, join(context, name));
  // The classic builder makes the stage of the server, too.
  cpSync('systemd', join(context, 'systemd'), { recursive: true });
  const name = execFileSync(join(import.meta.dirname, '../../image'), ['--remote', context], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, RCWAIT_IMAGE: 'rcwait-release' },
    timeout: 1_800_000,
  }).trim();
  const saved = join(place.scratch, 'saved.tar');
  execFileSync('docker', ['save', '--output', saved, name], { timeout: 600_000 });
  execFileSync('docker', ['image', 'rm', name], { stdio: 'ignore', timeout: 600_000 });
  const path = join(place.out, `rc-wait-${release.version}-image-${release.architecture.debian}.tar.gz`);
  await flattenImage(saved, path, { ...release, tag: `rc-wait:${release.version}`, ...place });
  return path;
}

/** What the image is built from: the program with the stripped Node, and the licences. It has no units. */
function imageEntries(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap((entry) => {
    const [, document] =
      /^usr\/share\/doc\/rc-wait\/(copyright|node-license\.txt\.gz|sbom\.cdx\.json)$/.exec(entry.path) ?? [];
    const [, part] = /^usr\/lib\/rc-wait\/(rc-wait|lib\/.*)$/.exec(entry.path) ?? [];
    if (document !== undefined) return [{ ...entry, path: `dist/doc/${document}` }];
    return part === undefined ? [] : [{ ...entry, path: `dist/${part}` }];
  });
}

/** How an image is written anew. */
export interface Flattening {
  /** the name that it gets by `docker load` */
  readonly tag: string;
  /** the time of each file and of the image, in seconds since 1970 */
  readonly epochS: number;
  /** a folder for what is only needed on the way */
  readonly scratch: string;
  /** the gzip level, 0 to 9 */
  readonly level: number;
}

/**
 * Writes an image of `docker save` with one layer, in which every file has the same time: the engine's own file has the
 * clock of the build in it. The same content gives the same bytes.
 */
export async function flattenImage(saved: string, path: string, options: Flattening): Promise<void> {
  const { tag, epochS, scratch, level } = options;
  const folders = { saved: join(scratch, 'saved'), root: join(scratch, 'root'), made: join(scratch, 'made') };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  execFileSync('tar', ['-xf', saved, '-C', folders.saved]);
  const parts = partsOf(readFileSync(join(folders.saved, 'manifest.json'), 'utf8'));
  for (const layer of parts.layers)
    execFileSync('tar', ['-xpf', join(folders.saved, layer), '-C', folders.root, '--no-same-owner']);
  // "Image Layer Filesystem Changeset" of the OCI image specification: what a layer removes has this name.
  const [removed] = globSync('**/.wh.*', { cwd: folders.root });
  if (removed !== undefined) throw new Error(`cannot flatten the image: a layer of it removes ${removed}`);
  const layer = join(folders.made, 'layer.tar');
  writeTar(layer, { folder: folders.root, paths: ['.'], epochS });
  const config = readFileSync(join(folders.saved, parts.config), 'utf8');
  writeFileSync(join(folders.made, 'config.json'), configText(config, await sha256Of(layer), epochS));
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }];
  writeFileSync(join(folders.made, 'manifest.json'), JSON.stringify(manifest));
  const plain = join(scratch, 'image.tar');
  writeTar(plain, { folder: folders.made, paths: ['manifest.json', 'config.json', 'layer.tar'], epochS });
  await gzipFile(plain, path, level);
}

/** The paths of the parts of a saved image, as its manifest.json has them. */
function partsOf(manifest: string): { readonly config: string; readonly layers: readonly string[] } {
  const [{ Config: config, Layers: layers }] = JSON.parse(manifest);
  return { config, layers };
}

/** The configuration of an image with one layer: "OCI Image Configuration" of the OCI image specification. */
function configText(saved: string, layerSha256: string, epochS: number): string {
  const { architecture, os, variant, config } = JSON.parse(saved);
  const { User, Env, Entrypoint, Cmd, WorkingDir, Labels } = config;
  const created = new Date(epochS * 1000).toISOString();
  return JSON.stringify({
    created,
    architecture,
    ...(variant ? { variant } : {}),
    os,
    config: { User, Env, Entrypoint, Cmd, WorkingDir, Labels },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerSha256}`] },
    history: [{ created, created_by: 'scripts/release' }],
  });
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
