import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { SiteFiles } from './pages.ts';

/** The script and the style sheet of the site. What the script has of others bears their licence. */
export async function makeAssets(root: string): Promise<SiteFiles> {
  const browser = join(import.meta.dirname, 'browser');
  const licence = readFileSync(join(root, 'node_modules/minisearch/LICENSE.txt'), 'utf8');
  const { outputFiles } = await build({
    entryPoints: [join(browser, 'main.ts'), join(browser, 'site.css')],
    outdir: 'assets',
    absWorkingDir: root,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome109', 'firefox115', 'safari16'],
    minify: true,
    banner: { js: `/*! With MiniSearch:\n\n${licence.trim()}\n*/` },
    write: false,
    logLevel: 'warning',
  });
  const ending = (suffix: string): string =>
    outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? '';
  return new Map([
    ['assets/site.js', ending('.js')],
    ['assets/site.css', ending('.css')],
  ]);
}
