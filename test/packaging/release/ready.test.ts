import { describe, expect, it } from 'vitest';
import {
  type History,
  type Sources,
  sectionOf,
  sourceFaults,
  versionFaults,
} from '../../../scripts/packaging/release/ready.ts';

const history: History = { commit: 'a'.repeat(40), changes: '', taggedCommit: undefined };
const changelog = '# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- new\n\n## 0.1.0 (2026-11-01)\n\n- old\n';
const sources: Sources = { version: '0.2.0', manifestVersion: '0.2.0', changelog, history };

it('sources that are committed, dated and of that version can be released', () => {
  expect(versionFaults(sources)).toEqual([]);
  expect(sourceFaults(sources)).toEqual([]);
});

describe('a version is refused', () => {
  it.each(['0.2', 'v0.2.0', '0.2.0-rc1', '00.2.0', '0.2.0.1', ''])(
    'that is not three numbers: "%s"',
    (version) => {
      const wrong = { ...sources, version };
      expect(versionFaults(wrong)).toEqual([
        `the version "${version}" is not three numbers; write it like this: 0.2.0`,
      ]);
      expect(sourceFaults(wrong)).toEqual([]);
    },
  );

  it('that package.json does not have, with the command that sets it', () => {
    expect(versionFaults({ ...sources, manifestVersion: '0.1.0' })).toEqual([
      'package.json has version 0.1.0, not 0.2.0; set it by: npm version --no-git-tag-version 0.2.0',
    ]);
  });
});

describe('a changelog is refused', () => {
  it.each([
    [
      'without a section for the version',
      '## 0.1.0 (2026-11-01)\n\n- old\n',
      'CHANGELOG.md has no section for 0.2.0; write: ## 0.2.0 (YYYY-MM-DD)',
    ],
    [
      'whose section has no day yet',
      '## 0.2.0 (unreleased)\n\n- new\n',
      'section 0.2.0 of CHANGELOG.md has "unreleased" in the place of its day; write: ## 0.2.0 (YYYY-MM-DD)',
    ],
    [
      'whose section has nothing in the place of its day',
      '## 0.2.0\n\n- new\n',
      'section 0.2.0 of CHANGELOG.md has no day; write: ## 0.2.0 (YYYY-MM-DD)',
    ],
    [
      'whose section is empty',
      '## 0.2.0 (2026-12-01)\n\n## 0.1.0 (2026-11-01)\n\n- old\n',
      'section 0.2.0 of CHANGELOG.md is empty; say what users get',
    ],
  ])('%s', (_, text, fault) => {
    expect(sourceFaults({ ...sources, changelog: text })).toEqual([fault]);
  });
});

describe('a tree is refused', () => {
  const faultsOf = (also: Partial<History>) => sourceFaults({ ...sources, history: { ...history, ...also } });

  it('with changes that are not committed, the first three of which are named', () => {
    expect(faultsOf({ changes: ' M src/main.ts\n?? new file' })).toEqual([
      'not committed: src/main.ts, new file; commit it, or put it aside by: git stash -u',
    ]);
    expect(faultsOf({ changes: ' M a\nM  b\n?? c\n?? d\n?? e' })).toEqual([
      'not committed: a, b, c and 2 more; commit it, or put it aside by: git stash -u',
    ]);
  });

  it('where the tag of the version is on another commit', () => {
    expect(faultsOf({ taggedCommit: 'b'.repeat(40) })).toEqual([
      `tag v0.2.0 is on another commit, ${'b'.repeat(12)}; release a new version, or check that commit out`,
    ]);
  });

  it('whose history git cannot read, with what git says', () => {
    expect(sourceFaults({ ...sources, history: { unreadable: 'fatal: not a git repository' } })).toEqual([
      'git cannot read the history: fatal: not a git repository; release from a clone of the repository',
    ]);
  });
});

it('a release can be made again from the commit that has its tag', () => {
  expect(sourceFaults({ ...sources, history: { ...history, taggedCommit: history.commit } })).toEqual([]);
});

describe('the section of a changelog', () => {
  it('ends before the next one', () => {
    expect(sectionOf(changelog, '0.2.0')).toEqual({ day: '2026-12-01', text: '- new' });
    expect(sectionOf(changelog, '0.1.0')).toEqual({ day: '2026-11-01', text: '- old' });
  });

  it('has its smaller headings, and may have the line ends of Windows', () => {
    expect(sectionOf('## 1.0.0 (2026-12-01)\r\n\r\n### Fixed\r\n\r\n- a\r\n', '1.0.0')).toEqual({
      day: '2026-12-01',
      text: '### Fixed\n\n- a',
    });
  });

  it('is not that of a version that begins alike', () => {
    expect(sectionOf('## 1.0.10 (2026-12-01)\n- a', '1.0.1')).toBeUndefined();
  });
});
