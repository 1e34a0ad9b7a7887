import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { locate } from '../../src/base/walk.ts';

function tree(links: Readonly<Record<string, string>>, files: readonly string[] = []): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'rc-wait-walk-')));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const ready = (path: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    return join(root, path);
  };
  for (const path of files) writeFileSync(ready(path), '');
  for (const [path, target] of Object.entries(links)) symlinkSync(target, ready(path));
  return root;
}

describe('a path below a root is followed as a process in it would follow it', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['an absolute link begins at the root', { '/etc/a': '/srv/a' }, '/etc/a', '/srv/a'],
    ['so does one of a folder on the way', { '/etc': '/srv' }, '/etc/a', '/srv/a'],
    ['a relative link begins at its folder', { '/etc/a': '../srv/a' }, '/etc/a', '/srv/a'],
    ['no link leads above the root', { '/etc/a': '../../../../../srv/a' }, '/etc/a', '/srv/a'],
    ['nor does an absolute one', { '/etc/a': '/../../srv/a' }, '/etc/a', '/srv/a'],
    ['links lead to links', { '/etc/a': '/b', '/b': 'c/a', '/c': '/srv/.' }, '/etc/a', '/srv/a'],
    ['doubled slashes are one', { '/etc/a': '//srv///a' }, '//etc//a', '/srv/a'],
    ['".." of the path stays below, too', {}, '/../../srv/../srv/a', '/srv/a'],
    ['a link to the root is the root', { '/all': '/' }, '/all/srv/a', '/srv/a'],
  ])('%s', (_, links, path, real) => {
    const root = tree(links, ['/srv/a']);
    expect(locate(root, path)).toEqual({ real: join(root, real), missing: '' });
  });

  it('what is not there is named from where it is missing', () => {
    const root = tree({ '/etc/a': '/srv/b/c' }, ['/srv/a']);
    expect(locate(root, '/etc/a')).toEqual({ real: join(root, 'srv'), missing: 'b/c' });
    expect(locate(root, '/etc/a/d')).toEqual({ real: join(root, 'srv'), missing: 'b/c/d' });
  });

  it('40 links are followed, and no more, as Linux does', () => {
    const links = Object.fromEntries(
      Array.from({ length: 41 }, (_, index) => [`/${index}`, `/${index + 1}`]),
    );
    const root = tree(links, ['/41']);
    expect(locate(root, '/1').real).toBe(join(root, '41'));
    expect(() => locate(root, '/0')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
    const circle = tree({ '/a': '/b', '/b': 'a' });
    expect(() => locate(circle, '/a')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });

  it.each(['/srv/a/b', '/srv/a/', '/srv/a/..', '/etc/a'])('%s leads through a file', (path) => {
    const root = tree({ '/etc/a': '/srv/a/.' }, ['/srv/a']);
    expect(() => locate(root, path)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });
});
