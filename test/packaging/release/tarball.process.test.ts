import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../../scripts/packaging/architecture.ts';
import { writeTarball } from '../../../scripts/packaging/release/tarball.ts';
import type { Entry } from '../../../scripts/packaging/tree.ts';
import { scratch } from '../../cli/harness.ts';

const amd64 = architectureOf('amd64');
if (amd64 === undefined) throw new Error('there is no Node for amd64');
const release = { version: '0.2.0', epochS: 1_767_225_600, architecture: amd64 };
const entries: readonly Entry[] = [
  { path: 'etc/default/rc-wait', mode: 0o644, from: { content: '# flags\n' }, isConfig: true },
  { path: 'etc/rc-wait/deployed.d', mode: 0o755, from: 'empty folder' },
  { path: 'usr/bin/rc-wait', mode: 0o777, from: { link: '../lib/rc-wait/rc-wait' } },
  { path: 'usr/lib/rc-wait/rc-wait', mode: 0o755, from: { content: '#!/bin/sh\n' } },
  { path: 'usr/share/doc/rc-wait/copyright', mode: 0o644, from: { content: 'MIT\n' } },
];

const write = (content: readonly Entry[] = entries): Promise<string> =>
  writeTarball(content, release, { scratch: scratch(), out: scratch(), level: 1 });

/** Runs those lines of INSTALL that match, on a root of their own in the place of /. */
function runInstall(tarball: string, root: string, pattern: RegExp): void {
  const note = execFileSync('tar', ['-xzOf', tarball, 'rc-wait-0.2.0/INSTALL'], { encoding: 'utf8' });
  const lines = note.split('\n').filter((line) => line.startsWith('    ') && pattern.test(line));
  expect(lines.length).toBeGreaterThan(0);
  const here = lines
    .map((line) =>
      line.replace('-C / ', `-C ${root} `).replace("/usr/,p'", `${root.replaceAll(',', '\\,')}/usr/,p'`),
    )
    .map((line) => line.replaceAll(/ (\/usr\/)/g, ` ${root}$1`));
  execFileSync('sh', ['-euc', here.join('\n')], { cwd: join(tarball, '..') });
}

describe('the tarball', () => {
  it('is the same, byte for byte, whatever the umask and in whatever folder it is made', async () => {
    const first = await write();
    const former = process.umask(0o077);
    try {
      const second = await write([...entries].reverse());
      expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
    } finally {
      process.umask(former);
    }
  });

  it('is named for its version and architecture, and belongs to root', async () => {
    const path = await write();
    expect(path).toMatch(/\/rc-wait-0\.2\.0-linux-amd64\.tar\.gz$/);
    const listed = execFileSync('tar', ['-tvzf', path, '--numeric-owner'], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listed).toHaveLength(entries.length + 1);
    for (const line of listed) expect(line).toMatch(/^\S+ 0\/0 /);
  });
});

describe('the commands of INSTALL', () => {
  it('install the files, and leave folders that are there as they are', async () => {
    const root = scratch();
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    utimesSync(join(root, 'usr'), 1_000_000, 1_000_000);
    runInstall(await write(), root, /^ {4}tar -xzf/);
    expect(statSync(join(root, 'usr/lib/rc-wait/rc-wait')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(root, 'usr/bin/rc-wait'))).toBe('../lib/rc-wait/rc-wait');
    expect(readFileSync(join(root, 'etc/default/rc-wait'), 'utf8')).toBe('# flags\n');
    expect(statSync(join(root, 'etc/rc-wait/deployed.d')).isDirectory()).toBe(true);
    expect(statSync(join(root, 'usr')).mtimeMs).not.toBe(release.epochS * 1000);
    expect(existsSync(join(root, 'INSTALL'))).toBe(false);
  });

  it('keep what the owner has changed in /etc/default/rc-wait in an upgrade', async () => {
    const root = scratch();
    mkdirSync(join(root, 'etc/default'), { recursive: true });
    writeFileSync(join(root, 'etc/default/rc-wait'), 'RC_WAIT_REGION=ord\n');
    runInstall(await write(), root, /^ {4}tar -xzf/);
    expect(readFileSync(join(root, 'etc/default/rc-wait'), 'utf8')).toBe('RC_WAIT_REGION=ord\n');
  });

  it('remove what they have installed, and nothing of the owner', async () => {
    const root = scratch();
    const tarball = await write();
    runInstall(tarball, root, /^ {4}tar -xzf/);
    writeFileSync(join(root, 'usr/bin/other'), '');
    runInstall(tarball, root, /^ {4}(tar -tzf|rm -rf)/);
    expect(existsSync(join(root, 'usr/bin/other'))).toBe(true);
    expect(existsSync(join(root, 'etc/default/rc-wait'))).toBe(true);
    for (const path of ['usr/bin/rc-wait', 'usr/lib/rc-wait', 'usr/share/doc/rc-wait'])
      expect(existsSync(join(root, path)), path).toBe(false);
  });
});
