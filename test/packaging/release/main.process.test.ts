import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
