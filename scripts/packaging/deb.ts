import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipped, type Release } from './layout.ts';
import { needsOf } from './needs.ts';
import { type Entry, filesOf, installedKib, writeTree } from './tree.ts';

export interface DebOptions {
  /** an empty folder to assemble the package in */
  readonly scratch: string;
  readonly out: string;
  /** the xz level, 0 to 9 */
  readonly level: number;
}

const template = (name: string): string => readFileSync(`packaging/deb/${name}`, 'utf8');

/** Writes the .deb; returns its path. */
export function writeDeb(entries: readonly Entry[], release: Release, options: DebOptions): string {
  const { version, epochS } = release;
  const architecture = release.architecture.debian;
  const stage = join(options.scratch, 'deb');
  const files = [...entries, ...debFiles(release)].filter(
    ({ path }) => !path.includes('/zsh/site-functions/'),
  );
  writeTree(files, stage, epochS);
  const control = filledIn(template('control'), {
    version,
    architecture,
    'installed-kib': String(installedKib(files, stage)),
    depends: dependsOf(release.nodeFile).join(', '),
  });
  writeTree(controlFiles(control, files, stage), stage, epochS);
  const path = join(options.out, `rc-wait_${version}-1_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', `-z${options.level}`, '--build', stage, path], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epochS) },
  });
  return path;
}

/** Fills in `@name@` for each of `values`. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce(
    (done, [name, value]) => done.replaceAll(`@${name}@`, () => value),
    text,
  );
}

function dependsOf(nodeFile: string): readonly string[] {
  const needs = needsOf(execFileSync('readelf', ['-dVW', nodeFile], { encoding: 'utf8' }));
  // The oldest tested release: bullseye's.
  return [`libc6 (>= ${needs.glibc})`, ...needs.debian, 'iproute2', 'systemd (>= 247)'].sort();
}

function debFiles({ version, epochS }: Release): readonly Entry[] {
  const date = new Date(epochS * 1000).toUTCString().replace('GMT', '+0000');
  const changelog = `rc-wait (${version}-1) stable; urgency=medium

  * See changelog.gz.

 -- the rc-wait authors <rc-wait@rc-wait.invalid>  ${date}
`;
  return [
    {
      path: 'etc/update-motd.d/95-rc-wait',
      mode: 0o755,
      from: { file: 'packaging/login/95-rc-wait' },
      isConfig: true,
    },
    {
      path: 'usr/share/doc/rc-wait/changelog.Debian.gz',
      mode: 0o644,
      from: { content: gzipped(changelog) },
    },
    {
      path: 'usr/share/lintian/overrides/rc-wait',
      mode: 0o644,
      from: { content: template('lintian-overrides') },
    },
  ];
}

/** The files of DEBIAN/, which become the package's control archive. */
function controlFiles(control: string, files: readonly Entry[], stage: string): readonly Entry[] {
  const sums = filesOf(files)
    .filter(({ path }) => !lstatSync(join(stage, path)).isSymbolicLink())
    .map(
      ({ path }) =>
        `${createHash('md5')
          .update(readFileSync(join(stage, path)))
          .digest('hex')}  ${path}\n`,
    );
  const configs = files.filter(({ isConfig }) => isConfig).map(({ path }) => `/${path}\n`);
  const endWork = readFileSync('packaging/end-work.sh', 'utf8').trimEnd();
  const script = (name: string): Entry => ({
    path: `DEBIAN/${name}`,
    mode: 0o755,
    from: { content: filledIn(template(name), { 'end-work': endWork }) },
  });
  const plain = (name: string, content: string): Entry => ({
    path: `DEBIAN/${name}`,
    mode: 0o644,
    from: { content },
  });
  return [
    plain('control', control),
    plain('md5sums', sums.join('')),
    plain('conffiles', configs.join('')),
    ...['postinst', 'prerm', 'postrm'].map(script),
  ];
}
