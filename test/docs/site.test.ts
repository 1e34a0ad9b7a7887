import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../scripts/site.d/contents.ts';
import { makePages } from '../../scripts/site.d/pages.ts';
import { readPage } from '../../scripts/site.d/render.ts';
import { excerptOf, finderOf, indexOf } from '../../scripts/site.d/search.ts';
import { readSources } from '../../scripts/site.d/sources.ts';
import { scratch } from '../cli/harness.ts';
import { filesBelow } from '../support/files-below.ts';
import { anchorsIn } from './markdown.ts';

const root = join(import.meta.dirname, '../..');
const sources = readSources(root);
const files = makePages(sources, '0.1.0');
const pages = [...files.keys()].filter((path) => path.endsWith('.html'));
const textOf = (path: string): string => String(files.get(path));
const ids = new Map(
  pages.map((path) => [path, [...textOf(path).matchAll(/<[^>]+\sid="([^"]*)"/g)].map(([, id]) => id ?? '')]),
);
const idsOf = (path: string): readonly string[] => ids.get(path) ?? [];

/** What the tags of a page name: links, pictures, the script, the style sheet, the index of the search. */
function namedIn(path: string) {
  return [...textOf(path).matchAll(/<(\w+)\s[^>]*?\b(href|src|data-index|data-root)="([^"]*)"/g)].map(
    ([, tag = '', , to = '']) => ({ tag, to }),
  );
}

/** What is wrong with what a page names; undefined: it is there. */
function faultOf(path: string, to: string): string | undefined {
  if (to.startsWith('/')) return 'does not hold below a path of a server';
  const [file = '', anchor] = to.split('#', 2);
  const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file));
  if (/^assets\/site\.(?:js|css)$/.test(target)) return undefined;
  if (!files.has(target)) return 'there is no such file';
  return anchor === undefined || idsOf(target).includes(anchor) ? undefined : `no such anchor in ${target}`;
}

const isElsewhere = (to: string): boolean => /^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(to);

describe('the site', () => {
  it('has every page of docs/, and those beside README', () => {
    const documents = filesBelow(join(root, 'docs'), /\.md$/).map((path) =>
      posix.relative(root, path).replace(/\.md$/, '.html'),
    );
    const beside = ['index', 'CHANGELOG', 'CONTRIBUTING', 'SECURITY', 'CODE_OF_CONDUCT', 'LICENSE'];
    expect(pages).toEqual(expect.arrayContaining([...documents, ...beside.map((name) => `${name}.html`)]));
  });

  it('has only links and anchors that hold, on any server and without one', () => {
    const faults = pages.flatMap((path) =>
      namedIn(path)
        .filter(({ to }) => !isElsewhere(to))
        .flatMap(({ to }) => {
          const fault = faultOf(path, to);
          return fault === undefined ? [] : [`${path}: ${to}: ${fault}`];
        }),
    );
    expect(faults).toEqual([]);
    expect(pages.flatMap(namedIn).length).toBeGreaterThan(1_000);
  });

  it('leads elsewhere by links alone: pictures, scripts and style sheets are its own', () => {
    const elsewhere = pages.flatMap(namedIn).filter(({ to }) => isElsewhere(to));
    expect(elsewhere.filter(({ tag, to }) => tag !== 'a' && to !== 'data:,')).toEqual([]);
    for (const path of pages) {
      expect(textOf(path)).toContain("default-src 'none'; script-src 'self' file:;");
      expect(textOf(path), path).not.toMatch(/\sstyle="|\son\w+="|<style|<script>/);
    }
  });

  it('gives headings the anchors that GitHub gives them', () => {
    for (const [path, source] of sources) {
      if (source.kind !== 'page') continue;
      const anchors = source.reading.headings.map(({ anchor }) => anchor);
      const expected = anchorsIn(readFileSync(join(root, path), 'utf8'));
      expect(anchors, path).toEqual(expected.slice(0, anchors.length));
    }
  });

  it('names no id twice on a page', () => {
    for (const path of pages) expect(idsOf(path).length, path).toBe(new Set(idsOf(path)).size);
  });
});

describe('the search of the site', () => {
  const [, json = ''] = /^globalThis\.rcWaitIndex=(.*);\n$/.exec(textOf('assets/search-index.js')) ?? [];
  const find = finderOf(JSON.parse(json));

  it.each([
    ['API_REFUSED', 'docs/troubleshooting.html#api_refused'],
    ['exit status 73', 'docs/troubleshooting.html#exit-status-73'],
    ['rc-wait network rollback', 'docs/reference/command-line.html#rc-wait-network-rollback'],
    ['unprocessabel', 'docs/concepts.html#unprocessable'],
    ['getting sta', 'docs/getting-started.html#getting-started'],
  ])('finds %j', (typed, id) => {
    expect(
      find(typed)
        .slice(0, 5)
        .map((found) => found.id),
    ).toContain(id);
  });

  it('leads only to places that are there', () => {
    const found = find('the xylophone');
    expect(found.length).toBeGreaterThan(100);
    expect(found.flatMap(({ id }) => faultOf('index.html', id) ?? [])).toEqual([]);
  });

  it('goes on with any word where no section has them all, and finds nothing of what is nowhere', () => {
    const one = finderOf(indexOf([{ id: 'a.html', title: 'Gateway', page: 'A', text: 'a route' }]));
    expect(one('gateway xylophone').map(({ id }) => id)).toEqual(['a.html']);
    expect(one('xylophone')).toEqual([]);
  });

  it('shows the words that were typed where they first stand', () => {
    const text = `${'before '.repeat(50)}the Gateway is a gateway ${'after '.repeat(50)}`;
    const pieces = excerptOf(text, 'gateway');
    expect(pieces.filter(({ isHit }) => isHit).map((piece) => piece.text)).toEqual(['Gateway', 'gateway']);
    expect(pieces[0]?.text).toBe('…');
    expect(pieces.at(-1)?.text).toBe('…');
    expect(excerptOf('short <b>', 'nothing')).toEqual([{ text: 'short <b>', isHit: false }]);
    expect(excerptOf('', 'a')).toEqual([]);
  });
});

describe('a page of the site', () => {
  it('keeps its text a text, aligns cells by a class, and shows headings without their markup', () => {
    const { html, headings, sections } = readPage(
      '# A `<b>` & *c*\n\n| a | b |\n|---|--:|\n| `x < y` | 1 |\n\n## A\n\n## A\n',
    );
    expect(headings.map(({ text, anchor }) => [text, anchor])).toEqual([
      ['A <b> & c', 'a-b--c'],
      ['A', 'a'],
      ['A', 'a-1'],
    ]);
    const made = html((link) => link);
    expect(made).toContain('<h1 id="a-b--c">A <code>&lt;b&gt;</code> &amp; <em>c</em></h1>');
    expect(made).toContain('<td><code>x &lt; y</code></td>\n<td class="right">1</td>');
    expect(sections[0]?.text).toBe('a b x < y 1');
  });

  it('stands in the last part of the contents where no part names it', () => {
    const parts = contentsOf(['README.md', 'docs/how-to/new.md', 'docs/new.md']);
    expect(parts).toEqual([
      { title: 'Begin', pages: ['README.md'] },
      { title: 'How to', pages: ['docs/how-to/new.md'] },
      { title: 'More', pages: ['docs/new.md'] },
    ]);
  });

  it('keeps the site from being made where it leads to nothing, or out of the project', () => {
    for (const link of ['docs/none.md', '../outside.md']) {
      const folder = scratch();
      mkdirSync(join(folder, 'docs'));
      writeFileSync(join(folder, 'README.md'), `# A\n\n[b](${link})\n`);
      expect(() => readSources(folder)).toThrow(
        `README.md leads to ${link}: there is no such file in the project`,
      );
    }
  });
});
