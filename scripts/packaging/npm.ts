import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyrightFile } from './copyright.ts';
import type { Release } from './layout.ts';
import { jsonOf } from './prepare.ts';
import { sbom } from './sbom.ts';
import { type Entry, writeTree } from './tree.ts';

/** What the npm package is made of. It has no Node, and is the same for each architecture. */
export type NpmFacts = Pick<Release, 'version' | 'epochS' | 'program' | 'bundled'>;

/** Writes the npm package; returns its path. `scratch` is an empty folder. */
export function writeNpm(facts: NpmFacts, { scratch, out }: { scratch: string; out: string }): string {
  const folder = join(scratch, 'npm');
  writeTree(npmEntries(facts), folder, facts.epochS);
  mkdirSync(out, { recursive: true });
  // npm writes the same bytes for the same files: it leaves their times and owners out, and sorts them.
  execFileSync('npm', ['pack', folder, '--ignore-scripts', '--silent', '--pack-destination', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(out, `rc-wait-${facts.version}.tgz`);
}

function npmEntries({ version, epochS, program, bundled }: NpmFacts): readonly Entry[] {
  // Without V8's code cache, which fits only the Node that wrote it.
  const parts = readdirSync(join(program, 'lib')).filter((name) => /\.(cjs|LEGAL\.txt)$/.test(name));
  const made = (path: string, content: string): Entry => ({ path, mode: 0o644, from: { content } });
  const copied = (path: string, file: string): Entry => made(path, readFileSync(file, 'utf8'));
  return [
    made('package.json', manifest(version)),
    { ...copied('bin/rc-wait.cjs', 'scripts/launcher/npm.cjs'), mode: 0o755 },
    ...parts.map((name) => copied(`lib/${name}`, join(program, 'lib', name))),
    copied('README.md', 'packaging/npm/README.md'),
    copied('CHANGELOG.md', 'CHANGELOG.md'),
    copied('LICENSE', 'LICENSE'),
    made('copyright', copyrightFile({ own: readFileSync('LICENSE', 'utf8'), bundle: 'lib/*.cjs', bundled })),
    made('sbom.cdx.json', sbom({ version, epochS, bundled })),
  ];
}

/** The package.json of the npm package: that of the sources builds and tests, and has dependencies. */
function manifest(version: string): string {
  const { name, description, license, engines } = jsonOf('package.json');
  const bin = { [name]: 'bin/rc-wait.cjs' };
  return `${JSON.stringify({ name, version, description, license, type: 'commonjs', bin, engines }, null, 2)}\n`;
}
