import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { jsonOf } from '../prepare.ts';
import { type History, type Sources, tagOf } from './ready.ts';

/** Reads what decides whether the sources in this folder can be released as that version. */
export function readSources(version: string): Sources {
  return {
    version,
    manifestVersion: jsonOf('package.json').version,
    changelog: readFileSync('CHANGELOG.md', 'utf8'),
    history: readHistory(tagOf(version)),
  };
}

function readHistory(tag: string): History | { readonly unreadable: string } {
  const commit = git('rev-parse', '--verify', 'HEAD^{commit}');
  const changes = git('status', '--porcelain');
  for (const answer of [commit, changes]) if ('fault' in answer) return { unreadable: answer.fault };
  const tagged = git('rev-parse', '--verify', '--quiet', `refs/tags/${tag}^{commit}`);
  return {
    commit: textOf(commit) ?? '',
    changes: textOf(changes) ?? '',
    taggedCommit: textOf(tagged),
  };
}

type Answer = { readonly text: string } | { readonly fault: string };

const textOf = (answer: Answer): string | undefined => ('text' in answer ? answer.text : undefined);

function git(...argv: string[]): Answer {
  const { status, stdout, stderr, error } = spawnSync('git', argv, { encoding: 'utf8' });
  if (status === 0) return { text: stdout.trimEnd() };
  return { fault: error?.message ?? stderr.trim().split('\n')[0] ?? `status ${status}` };
}
