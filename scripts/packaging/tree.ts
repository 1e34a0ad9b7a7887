import {
  chmodSync,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of a package, or an empty folder. */
export interface Entry {
  /** the installed path, without the leading slash */
  readonly path: string;
  readonly mode: number;
  /** a file of this machine, or the content, or the target of a symbolic link */
  readonly from:
    | { readonly file: string }
    | { readonly content: string | Buffer }
    | { readonly link: string }
    | 'empty folder';
  /** it belongs to the owner, whose changes survive an upgrade */
  readonly isConfig?: boolean;
}

/** The entries that are not folders. */
export function filesOf(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(({ from }) => from !== 'empty folder');
}

/** Every folder above the entries and among them, the outermost first. */
export function foldersOf(entries: readonly Entry[]): readonly string[] {
  const folders = new Set<string>();
  for (const { path, from } of entries) {
    if (from === 'empty folder') folders.add(path);
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
  }
  return [...folders].sort();
}

/**
 * Writes the files below `folder` with the given modes and the time `epochS` (seconds since 1970) everywhere:
 * neither the umask nor the clock of a build gets into a package.
 */
export function writeTree(entries: readonly Entry[], folder: string, epochS: number): void {
  const folders = foldersOf(entries);
  mkdirSync(folder, { recursive: true });
  for (const path of folders) mkdirSync(join(folder, path), { recursive: true });
  for (const { path, mode, from } of entries) {
    if (from === 'empty folder') continue;
    const target = join(folder, path);
    if ('link' in from) symlinkSync(from.link, target);
    else if ('file' in from) copyFileSync(from.file, target);
    else writeFileSync(target, from.content);
    if (!('link' in from)) chmodSync(target, mode);
    lutimesSync(target, epochS, epochS);
  }
  // From the inside out: writing into a folder changes its time.
  for (const path of [...folders].reverse()) {
    chmodSync(join(folder, path), 0o755);
    lutimesSync(join(folder, path), epochS, epochS);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, epochS, epochS);
}

/** KiB on a disk, as deb-control(5) defines "Installed-Size": files in whole KiB, 1 for anything else. */
export function installedKib(entries: readonly Entry[], folder: string): number {
  const files = filesOf(entries).map(({ path }) => {
    const stats = lstatSync(join(folder, path));
    return stats.isSymbolicLink() ? 1 : Math.ceil(stats.size / 1024);
  });
  return files.reduce((sum, one) => sum + one, foldersOf(entries).length);
}
