import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../scripts/packaging/architecture.ts';
import type { Component } from '../../scripts/packaging/inventory.ts';
import { layout } from '../../scripts/packaging/layout.ts';
import { writeTree } from '../../scripts/packaging/tree.ts';
import { scratch } from '../cli/harness.ts';
import { faultOfLink } from '../docs/links.ts';
import { linksIn } from '../docs/markdown.ts';
import { filesBelow } from '../support/files-below.ts';

const root = join(import.meta.dirname, '../..');
const component: Component = {
  name: 'node',
  version: '1.2.3',
  licence: 'MIT',
  licenceText: 'Copyright (c) somebody',
  sha512: 'ab',
  uses: [],
};
const architecture = architectureOf('amd64');
if (architecture === undefined) throw new Error('amd64 is not known');
const entries = layout({
  version: '1.2.3',
  epochS: 0,
  architecture,
  program: 'dist',
  nodeFile: 'node',
  node: component,
  bundled: [],
});
const paths = entries.map(({ path }) => `/${path}`);

describe('a package', () => {
  it('brings the folders of the hooks, which nobody but root may write to', () => {
    for (const name of ['deployed.d', 'failed.d'])
      expect(entries).toContainEqual({ path: `etc/rc-wait/${name}`, mode: 0o755, from: 'empty folder' });
  });

  it('brings the script that logins run, under the name by which they call it', () => {
    expect(entries).toContainEqual({
      path: 'usr/lib/rc-wait/login-message',
      mode: 0o755,
      from: { file: 'packaging/login/login-message' },
    });
    for (const name of ['95-rc-wait', 'rc-wait.sh'])
      expect(readFileSync(join(root, 'packaging/login', name), 'utf8')).toContain(
        ' -x /usr/lib/rc-wait/login-message ]',
      );
  });

  it('has each document, with its anchor, that a message, the help, a unit or a manual page names', () => {
    const sources = ['src', 'packaging', 'systemd'].flatMap((folder) => filesBelow(join(root, folder), /./));
    const named = sources.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\/usr\/share\/doc\/rc-wait\/([\w./-]*\w(?:#[\w-]+)?)/g)].map(
        ([, one = '']) => one,
      ),
    );
    expect(named).toEqual(expect.arrayContaining(['simulator.md', 'troubleshooting.md#exit-status-1']));
    for (const one of named) {
      expect(paths).toContain(`/usr/share/doc/rc-wait/${one.split('#')[0]}`);
      if (one.includes('.md'))
        expect([one, faultOfLink(join(root, 'docs'), '', one)]).toEqual([one, undefined]);
    }
  });

  it('has for each unit the manual page and the page of docs/ that it names', () => {
    const units = filesBelow(join(root, 'systemd'), /\.(service|target|timer)$/);
    expect(units.length).toBeGreaterThan(4);
    for (const path of units)
      expect(readFileSync(path, 'utf8'), path).toMatch(
        /^Documentation=man:rc-wait\.service\(8\) file:\/\/\/usr\/share\/doc\/rc-wait\/\w+\.md(?:#[\w-]+)?$/m,
      );
    expect(paths).toContain('/usr/share/man/man8/rc-wait.service.8.gz');
  });

  it('has each page of docs/, and every link and anchor of a page leads to a file in the package', () => {
    const folder = 'usr/share/doc/rc-wait/';
    const documents = entries.filter(({ path }) => path.startsWith(folder));
    const tree = scratch();
    writeTree(documents, tree, 0);
    const installed = join(tree, folder);
    const pages = filesBelow(installed, /\.md$/).map((path) => relative(installed, path));
    const inSources = filesBelow(join(root, 'docs'), /\.md$/).map((path) =>
      relative(join(root, 'docs'), path),
    );
    expect(pages).toEqual(inSources);
    const links = pages.flatMap((page) =>
      linksIn(readFileSync(join(installed, page), 'utf8')).map((link) => ({ page, link })),
    );
    expect(links).toContainEqual({ page: 'how-to/boot.md', link: '../units/fstab' });
    const faults = links.flatMap(({ page, link }) => {
      const fault = faultOfLink(installed, page, link);
      return fault === undefined ? [] : [`${page}: ${link}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('has the examples where it always had them', () => {
    for (const name of ['units/fstab', 'cloud-init/runcmd.yaml', 'scenario.yaml'])
      expect(paths).toContain(`/usr/share/doc/rc-wait/examples/${name}`);
  });

  it('has what messages name under its installed path, not under that of the sources', () => {
    const inMessages = filesBelow(join(root, 'src'), /\.ts$/).flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/\/|\/?\*)/.test(line) && /(?<![\w/-])docs\/[\w-]+/.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(inMessages).toEqual([]);
  });
});
