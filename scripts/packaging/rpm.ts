import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DebOptions, filledIn } from './deb.ts';
import type { Release } from './layout.ts';
import { type Entry, filesOf, foldersOf, writeTree } from './tree.ts';

/**
 * The folders that the package owns: its own, and folders of shells that may not be installed. rpm lets
 * packages share a folder and removes it with the last of them.
 */
const ownFolder = /(^|\/)rc-wait(\/|$)|^usr\/share\/(bash-completion|fish|zsh)(\/|$)/;

/** What login shells read: pam_motd(8) runs scripts on Debian and Ubuntu alone. */
const loginSnippet: Entry = {
  path: 'etc/profile.d/rc-wait.sh',
  mode: 0o644,
  from: { file: 'packaging/login/rc-wait.sh' },
  isConfig: true,
};

/** Writes the .rpm; returns its path. `level` is the zstd level. */
export function writeRpm(
  entries: readonly Entry[],
  { version, epochS, architecture: { rpm: architecture } }: Release,
  { scratch, out, level }: DebOptions,
): string {
  const stage = join(scratch, 'rpm');
  const top = join(scratch, 'rpmbuild');
  const files = [...entries, loginSnippet].filter(({ path }) => !path.includes('/zsh/vendor-completions/'));
  writeTree(files, stage, epochS);
  const spec = join(scratch, 'rc-wait.spec');
  const values = {
    version,
    stage,
    level: String(level),
    'end-work': readFileSync('packaging/end-work.sh', 'utf8').trimEnd(),
    files: fileList(files),
  };
  writeFileSync(spec, filledIn(readFileSync('packaging/rpm/rc-wait.spec', 'utf8'), values));
  execFileSync(
    'rpmbuild',
    ['-bb', '--quiet', '--target', `${architecture}-linux`, '--define', `_topdir ${top}`, spec],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epochS) },
    },
  );
  const name = `rc-wait-${version}-1.${architecture}.rpm`;
  copyFileSync(join(top, 'RPMS', architecture, name), join(out, name));
  return join(out, name);
}

/** The %files of a spec: owner, modes and the kind of each file. */
function fileList(files: readonly Entry[]): string {
  const folders = foldersOf(files).filter((path) => ownFolder.test(path));
  return [
    '%defattr(-, root, root, 0755)',
    ...folders.map((path) => `%dir /${path}`),
    ...filesOf(files).map(({ path, isConfig }) => {
      if (isConfig) return `%config(noreplace) /${path}`;
      return `${/^usr\/share\/(doc|man)\//.test(path) ? '%doc ' : ''}/${path}`;
    }),
  ].join('\n');
}
