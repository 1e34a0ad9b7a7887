import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeAssets } from './assets.ts';
import { makePages, type SiteFiles } from './pages.ts';
import { readSources } from './sources.ts';

/** All files of the site for the project in this folder. */
export async function makeSite(root: string): Promise<SiteFiles> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return new Map([...makePages(readSources(root), version), ...(await makeAssets(root))]);
}

/** Writes the site into a folder, in the place of what is there. */
export function writeSite(files: SiteFiles, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
