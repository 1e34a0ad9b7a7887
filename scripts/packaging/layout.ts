import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { commands } from '../../src/cli/commands/index.ts';
import { bashCompletion } from '../../src/cli/completion/bash.ts';
import { fishCompletion } from '../../src/cli/completion/fish.ts';
import { zshCompletion } from '../../src/cli/completion/zsh.ts';
import { surfaceOf } from '../../src/cli/surface.ts';
import type { Architecture } from './architecture.ts';
import { copyrightFile } from './copyright.ts';
import type { Component } from './inventory.ts';
import { manualPage } from './man.ts';
import { sbom } from './sbom.ts';
import type { Entry } from './tree.ts';

/** The input of all packages of a version. */
export interface Release {
  readonly version: string;
  /** the time of the sources, in seconds since 1970, and the only time in the packages */
  readonly epochS: number;
  readonly architecture: Architecture;
  /** the folder where scripts/bundle.ts left the program */
  readonly program: string;
  /** the stripped binary of the shipped Node */
  readonly nodeFile: string;
  readonly node: Component;
  readonly bundled: readonly Component[];
}

const text = (path: string): string => readFileSync(path, 'utf8');

/** gzip without a name and a time in its header, as gzip -9n writes it. */
export const gzipped = (content: string): Buffer => gzipSync(content, { level: 9 });

/** The files of every package, sorted by path. */
export function layout(release: Release): readonly Entry[] {
  const entries = [...program(release), ...units(), ...documentation(release), ...completions()];
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function program({ nodeFile, program }: Release): readonly Entry[] {
  const folder = 'usr/lib/rc-wait';
  const parts = ['start.cjs', 'rc-wait.cjs', 'rc-wait.cjs.cache', 'rc-wait.cjs.LEGAL.txt'];
  return [
    { path: 'usr/bin/rc-wait', mode: 0o777, from: { link: '../lib/rc-wait/rc-wait' } },
    { path: `${folder}/rc-wait`, mode: 0o755, from: { file: `${program}/rc-wait` } },
    { path: `${folder}/lib/node`, mode: 0o755, from: { file: nodeFile } },
    ...['dependents', 'on-rackspace'].map((name) => ({
      ...file(`${folder}/${name}`, `systemd/${name}`),
      mode: 0o755,
    })),
    { ...file(`${folder}/login-message`, 'packaging/login/login-message'), mode: 0o755 },
    ...parts.map((name) => file(`${folder}/lib/${name}`, `${program}/lib/${name}`)),
    { ...file('etc/default/rc-wait', 'packaging/rc-wait.default'), isConfig: true },
    // For the owner's hooks: src/app/options.ts.
    ...['deployed.d', 'failed.d'].map((name) => ({
      path: `etc/rc-wait/${name}`,
      mode: 0o755,
      from: 'empty folder' as const,
    })),
  ];
}

function units(): readonly Entry[] {
  const names = readdirSync('systemd').filter((name) => /\.(service|target|timer)$/.test(name));
  return [
    ...names.map((name) => file(`usr/lib/systemd/system/${name}`, `systemd/${name}`)),
    {
      ...file('usr/lib/systemd/system-generators/rc-wait-generator', 'systemd/rc-wait-generator'),
      mode: 0o755,
    },
    file('usr/lib/systemd/system-preset/80-rc-wait.preset', 'packaging/rc-wait.preset'),
    file('usr/lib/systemd/catalog/rc-wait.catalog', 'packaging/rc-wait.catalog'),
  ];
}

function documentation(release: Release): readonly Entry[] {
  const { version, epochS } = release;
  const facts = { version, epochS, commands: surfaceOf(commands) };
  const manual = (name: string) => gzipped(manualPage(text(`packaging/man/${name}`), facts));
  const folder = 'usr/share/doc/rc-wait';
  return [
    made('usr/share/man/man1/rc-wait.1.gz', manual('rc-wait.1')),
    made('usr/share/man/man8/rc-wait.service.8.gz', manual('rc-wait.service.8')),
    made(`${folder}/copyright`, copyrightFile({ own: text('LICENSE'), ...release })),
    made(`${folder}/node-license.txt.gz`, gzipped(release.node.licenceText)),
    made(`${folder}/changelog.gz`, gzipped(text('CHANGELOG.md'))),
    made(`${folder}/sbom.cdx.json`, sbom({ ...release, inNode: process.versions })),
    ...pagesIn(folder),
  ];
}

/** Folders of docs/ that the packages have always had among the examples. */
const examples = ['cloud-init', 'units'];

/** All of docs/, as it is: each relative link of a page holds in the package as well. */
function pagesIn(folder: string): readonly Entry[] {
  const files = readdirSync('docs', { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return [
    ...files.map(({ parentPath, name }) => {
      const path = relative('docs', join(parentPath, name));
      const isExample = examples.some((one) => path.startsWith(`${one}/`));
      return file(`${folder}/${isExample ? 'examples/' : ''}${path}`, `docs/${path}`);
    }),
    ...examples.map((name) => ({
      path: `${folder}/${name}`,
      mode: 0o777,
      from: { link: `examples/${name}` },
    })),
  ];
}

function completions(): readonly Entry[] {
  const shown = surfaceOf(commands);
  return [
    made('usr/share/bash-completion/completions/rc-wait', bashCompletion(shown)),
    made('usr/share/fish/vendor_completions.d/rc-wait.fish', fishCompletion(shown)),
    // Debian's zsh looks in the first folder, Fedora's and openSUSE's in the second.
    made('usr/share/zsh/vendor-completions/_rc-wait', zshCompletion(shown)),
    made('usr/share/zsh/site-functions/_rc-wait', zshCompletion(shown)),
  ];
}

const file = (path: string, from: string): Entry => ({ path, mode: 0o644, from: { file: from } });

const made = (path: string, content: string | Buffer): Entry => ({ path, mode: 0o644, from: { content } });
