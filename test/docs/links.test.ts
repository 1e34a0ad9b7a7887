import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow } from '../support/files-below.ts';
import { faultOfLink, isElsewhere, targetOf } from './links.ts';
import { anchorsIn, linksIn, undefinedNames } from './markdown.ts';

const root = join(import.meta.dirname, '../..');
const folders = ['docs', 'packaging', '.github', 'scripts', 'systemd', 'bench'];

/** All pages of the project, by their paths in it. */
const pages = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CODE_OF_CONDUCT.md'],
  ...folders.flatMap((folder) => filesBelow(join(root, folder), /\.md$/)).map((path) => relative(root, path)),
];
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
describe.each(pages)('%s', (page) => {
  it('has only links that hold', () => {
    const faults = linksIn(read(page)).flatMap((link) => {
      const fault = faultOfLink(root, page, link);
      return fault === undefined ? [] : [`${link}: ${fault}`];
    });
    expect(faults).toEqual([]);
    expect(undefinedNames(read(page))).toEqual([]);
  });
});

it('every page can be found from README, link by link', () => {
  const found = new Set(['README.md']);
  for (const page of found) {
    for (const link of linksIn(read(page)).filter((one) => !isElsewhere(one))) {
      const { path } = targetOf(page, link);
      if (path.endsWith('.md') && existsSync(join(root, path))) found.add(path);
    }
  }
  // Read by GitHub, and by npm.
  const byThemselves = ['.github/pull_request_template.md', 'packaging/npm/README.md'];
  expect(pages.filter((page) => !found.has(page) && !byThemselves.includes(page))).toEqual([]);
});

it('a page that npm shows has no link to a file that is not in its package', () => {
  expect(linksIn(read('packaging/npm/README.md')).filter((link) => !isElsewhere(link))).toEqual([]);
});

it('every example, schema and unit in docs/ is named by a page', () => {
  const named = new Set(
    pages.flatMap((page) =>
      linksIn(read(page))
        .filter((link) => !isElsewhere(link))
        .map((link) => targetOf(page, link).path.replace(/\/$/, '')),
    ),
  );
  const files = filesBelow(join(root, 'docs'), /(?<!\.md)$/).map((path) => relative(root, path));
  expect(files.filter((path) => !named.has(path) && !named.has(dirname(path)))).toEqual([]);
  expect(files.every((path) => statSync(join(root, path)).size > 0)).toBe(true);
});

describe('the reader of pages', () => {
  it('finds links of every form, and none in code', () => {
    const page = [
      '[a](a.md) ![b](b.svg "title") [c](<c d.md>) [`d`](d.md#e_f) [two',
      'lines](f.md) [x](y_(z).md) `[no](no.md)` ``[no](`no.md)``',
      '```sh',
      '[no](no.md)',
      '```',
      '[name]: g.md',
      '<img alt="" src="h.svg"> <!-- [no](no.md) -->',
    ].join('\n');
    expect([...linksIn(page)].sort()).toEqual(
      ['a.md', 'b.svg', 'c d.md', 'd.md#e_f', 'f.md', 'y_(z).md', 'g.md', 'h.svg'].sort(),
    );
    expect(undefinedNames('[a][b] [c][] [D][]\n\n[d]: x.md')).toEqual(['b', 'c']);
  });

  it('makes anchors as GitHub does', () => {
    const page = [
      '# What is it? (v2.0)',
      '## `API_REFUSED`',
      '## NETWORK_FILE ##',
      '## The *one* [link](x.md), and — a dash',
      '## Ünïcode 2',
      '## Same',
      '## Same',
      'Underlined',
      '==========',
      '~~~',
      '# not a heading',
      '~~~',
      '#hashtag',
      '<a id="by-hand"></a>',
    ].join('\n');
    expect(anchorsIn(page)).toEqual([
      'what-is-it-v20',
      'api_refused',
      'network_file',
      'the-one-link-and--a-dash',
      'ünïcode-2',
      'same',
      'same-1',
      'underlined',
      'by-hand',
    ]);
  });
});
