import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** The packages that one run of scripts/package has made. */
export interface Packages {
  readonly deb: string;
  readonly rpm: string;
  /** the folder of the sources that they were made in */
  readonly folder: string;
}

/** How the machine is on which they are made, which must not be seen in them, and for which they are made. */
interface Setting {
  readonly umask: string;
  readonly env: Readonly<Record<string, string>>;
  readonly flags?: string;
}

const sources = [
  'CHANGELOG.md',
  'LICENSE',
  'docs',
  'package-lock.json',
  'package.json',
  'packaging',
  'scripts',
  'src',
  'systemd',
  'tsconfig.json',
];

/** Packages made from a copy of the sources in a folder of its own. 2026-01-01 is their date. */
export async function makePackages(setting: Setting = { umask: '022', env: {} }): Promise<Packages> {
  const folder = mkdtempSync(join(tmpdir(), 'rcwait-package-'));
  for (const name of sources) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const out = join(folder, 'made');
  mkdirSync(out);
  const line = `umask ${setting.umask} && exec scripts/package --fast --out ${out} ${setting.flags ?? ''}`;
  const env = { ...process.env, SOURCE_DATE_EPOCH: '1767225600', ...setting.env };
  await run('sh', ['-c', line], { cwd: folder, env, timeout: 300_000 });
  const named = (end: string): string => join(out, readdirSync(out).find((name) => name.endsWith(end)) ?? '');
  return { deb: named('.deb'), rpm: named('.rpm'), folder };
}

/** The same .deb as a later version of it: what an upgrade is done with. */
export async function laterVersion({ deb, folder }: Packages): Promise<string> {
  const tree = join(folder, 'later');
  const later = join(folder, 'made/later.deb');
  await run('dpkg-deb', ['-R', deb, tree]);
  await run('sed', ['-i', 's/^Version: .*/Version: 99.0.0-1/', join(tree, 'DEBIAN/control')]);
  await run('sh', ['-c', `echo '// later' >>${tree}/usr/lib/rc-wait/lib/start.cjs`]);
  await run('dpkg-deb', ['--root-owner-group', '-Znone', '-b', tree, later]);
  return later;
}

/** Flags of Node, by which start.cjs prints for each part of the program whether V8 takes its code cache. */
export function watchingCaches(folder: string): readonly string[] {
  const path = join(folder, 'watch-caches.cjs');
  writeFileSync(
    path,
    `const vm = require('node:vm');
    vm.Script = class extends vm.Script {
      constructor(text, options) {
        super(text, options);
        console.log(options.cachedData !== undefined && !this.cachedDataRejected ? 'taken' : 'refused');
      }
    };`,
  );
  return ['--require', path];
}
