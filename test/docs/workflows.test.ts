import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { filesBelow } from '../support/files-below.ts';

const root = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts } = v.parse(
  v.object({ scripts: v.record(v.string(), v.string()) }),
  JSON.parse(text('package.json')),
);

const step = v.looseObject({ uses: v.optional(v.string()), run: v.optional(v.string()) });
const workflow = v.looseObject({
  name: v.string(),
  permissions: v.record(v.string(), v.string()),
  jobs: v.record(v.string(), v.looseObject({ 'timeout-minutes': v.number(), steps: v.array(step) })),
});

const files = filesBelow(join(root, '.github/workflows'), /\.ya?ml$/);
const workflows = files.map((path) => {
  const source = readFileSync(path, 'utf8');
  return { name: basename(path, '.yml'), source, parsed: v.parse(workflow, parse(source)) };
});
const stepsOf = ({ parsed }: (typeof workflows)[number]) =>
  Object.values(parsed.jobs).flatMap(({ steps }) => steps);

/** Whether a line of `run:` runs a script of the project, or installs the packages of the lock file. */
function isScriptOfProject(line: string): boolean {
  if (line === 'npm ci') return true;
  const [, named] = /^npm (?:run )?([\w:]+)$/.exec(line) ?? [];
  if (named !== undefined) return named in scripts;
  const path = line.split(' ').at(-1) ?? '';
  if (!/^(\.ci|scripts)\/[\w-]+$/.test(path)) return false;
  accessSync(join(root, path), constants.X_OK);
  return true;
}

it('there is a workflow each for the checks, the fast tests and real servers', () => {
  expect(workflows.map(({ name }) => name)).toEqual(['check', 'system', 'unit']);
});

describe.each(workflows)('the workflow $name', (one) => {
  it('may only read, and has an end', () => {
    expect(one.parsed.permissions).toEqual({ contents: 'read' });
    expect(one.parsed.name).toBe(one.name);
  });

  it('runs scripts that you can run yourself, and no command of its own', () => {
    const lines = stepsOf(one).flatMap(({ run }) => run?.trim().split('\n') ?? []);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !isScriptOfProject(line))).toEqual([]);
  });

  it('uses actions by their whole commit alone, with the version beside it', () => {
    const used = stepsOf(one).flatMap(({ uses }) => uses ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(one.source).toMatch(new RegExp(`${action} # v\\d+\\.\\d+\\.\\d+$`, 'm'));
    }
  });
});

it('updates are looked for in the packages and in the workflows', () => {
  const updates = v.object({ updates: v.array(v.looseObject({ 'package-ecosystem': v.string() })) });
  expect(
    v.parse(updates, parse(text('.github/dependabot.yml'))).updates.map((one) => one['package-ecosystem']),
  ).toEqual(['npm', 'github-actions']);
});

it('who reports a fault is asked for what rc-wait doctor says', () => {
  for (const path of filesBelow(join(root, '.github/ISSUE_TEMPLATE'), /\.yml$/))
    expect(() => parse(readFileSync(path, 'utf8')), path).not.toThrow();
  expect(text('.github/ISSUE_TEMPLATE/fault.yml')).toContain('label: rc-wait doctor --output json');
});

describe.each(['CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'])('%s', (page) => {
  it('names only scripts of npm that exist', () => {
    for (const [, named = ''] of text(page).matchAll(/npm run ([\w:]+)/g))
      expect(scripts).toHaveProperty(named);
  });
});
