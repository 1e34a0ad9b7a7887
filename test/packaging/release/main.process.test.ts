import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { scratch } from '../../cli/harness.ts';

const main = join(import.meta.dirname, '../../../scripts/packaging/release/main.ts');
let folder: string;

const git = (...argv: string[]): void => {
  const who = [
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@a.invalid',
    '-c',
    'commit.gpgSign=false',
    '-c',
    'tag.gpgSign=false',
  ];
  execFileSync('git', [...who, ...argv], { cwd: folder, stdio: 'ignore' });
};

/** Runs it in a repository whose sources are version 0.2.0. */
function release(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { exit: status, out: stdout, err: stderr };
}

beforeEach(() => {
  folder = scratch();
  writeFileSync(join(folder, 'package.json'), '{"version": "0.2.0"}\n');
  writeFileSync(join(folder, 'CHANGELOG.md'), '## 0.2.0 (2026-12-01)\n\n- new\n');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--message', 'all');
});

describe('scripts/release makes nothing', () => {
  it('of a version that package.json does not have', () => {
    expect(release('0.3.0')).toEqual({
      exit: 64,
      out: '',
      err: `release: cannot release 0.3.0:
  package.json has version 0.2.0, not 0.3.0; set it by: npm version --no-git-tag-version 0.3.0
  CHANGELOG.md has no section for 0.3.0; write: ## 0.3.0 (YYYY-MM-DD)
`,
    });
  });

  it('of a tree with changes', () => {
    writeFileSync(join(folder, 'new'), '');
    expect(release('0.2.0')).toEqual({
      exit: 1,
      out: '',
      err: `release: cannot release 0.2.0:
  not committed: new; commit it, or put it aside by: git stash -u
  to try the rest all the same: --rehearse
`,
    });
  });

  it('where the tag is on another commit, also an annotated one', () => {
    git('tag', '--annotate', '--message', 'all', 'v0.2.0');
    git('commit', '--quiet', '--allow-empty', '--message', 'more');
    const { exit, err } = release('0.2.0');
    expect(exit).toBe(1);
    expect(err).toMatch(/tag v0\.2\.0 is on another commit, [0-9a-f]{12}; release a new version, or /);
  });

  it('into a folder that is there, and leaves it as it is', () => {
    writeFileSync(join(folder, '.git/info/exclude'), 'packages/\n');
    mkdirSync(join(folder, 'packages/0.2.0'), { recursive: true });
    expect(release('0.2.0')).toMatchObject({
      exit: 1,
      err: 'release: cannot write packages/0.2.0:\n  it exists already; remove it, or name another by: --out DIR\n',
    });
    expect(readdirSync(join(folder, 'packages/0.2.0'))).toEqual([]);
  });

  it.each([[[]], [['0.2.0', '0.3.0']], [['0.2.0', '--publish']]])(
    'for the arguments %j, and names --help',
    (argv) => {
      const { exit, err } = release(...argv);
      expect(exit).toBe(64);
      expect(err).toContain('see: scripts/release --help');
      expect(existsSync(join(folder, 'packages'))).toBe(false);
    },
  );
});

it('scripts/release --help has examples', () => {
  expect(release('--help')).toMatchObject({
    exit: 0,
    out: expect.stringContaining('\nExamples:\n  scripts/release 0.2.0\n'),
    err: '',
  });
});

describe('a release that does not come to its end', () => {
  /** Programs of the project that a release calls first, as what a test needs of them. */
  function withBundle(code: string): void {
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'scripts/tools'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(join(folder, 'scripts/bundle.ts'), code);
  }
  const argv = ['0.2.0', '--rehearse', '--no-image'] as const;
  const leftIn = (name: string): readonly string[] =>
    existsSync(join(folder, name)) ? readdirSync(join(folder, name)) : [];

  beforeEach(() => {
    mkdirSync(join(folder, 'tmp'));
    withBundle("require('node:fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1e6);");
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('for %s stops the programs that it has started, and leaves no files', async (signal, exit) => {
    const env = { ...process.env, TMPDIR: join(folder, 'tmp') };
    const child = spawn(process.execPath, [main, ...argv], { cwd: folder, env, stdio: 'ignore' });
    const ended = once(child, 'close');
    await expect
      .poll(() => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid'), 'utf8'))
      .toBeTruthy();
    expect(leftIn('packages')).toEqual([expect.stringMatching(/^\.release-/)]);
    expect(leftIn('tmp')).toEqual([expect.stringMatching(/^rc-wait-release-/)]);
    child.kill(signal);
    expect(await ended).toEqual([exit, null]);
    expect(leftIn('packages')).toEqual([]);
    expect(leftIn('tmp')).toEqual([]);
    const bundling = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    await expect.poll(() => isRunning(bundling)).toBe(false);
  });

  it('says why in one message, and takes away what a killed run has left, and nothing of one that runs', () => {
    writeFileSync(join(folder, 'scripts/bundle.ts'), "throw new Error('no such module')");
    const gone = spawnSync('true').pid;
    const [left, other] = [`packages/.release-${gone}-abcdef`, `packages/.release-${process.pid}-abcdef`];
    for (const path of [left, other]) {
      mkdirSync(join(folder, path), { recursive: true });
      writeFileSync(join(folder, path, 'file'), '');
    }
    const { exit, out, err } = release(...argv);
    expect({ exit, out }).toEqual({ exit: 1, out: '' });
    expect(err).toContain(`release: removed ${left}, left by a run that was killed\n`);
    expect(err).toMatch(/^release: cannot make the files: .*scripts\/bundle\.ts/m);
    expect(err).toContain('no such module');
    expect(err).not.toContain('execFileSync');
    expect(readdirSync(join(folder, 'packages'))).toEqual([basename(other)]);
  });
});

/** Whether a process is there and is no zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
