import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entry, filesOf, foldersOf, installedKib, writeTree } from '../../scripts/packaging/tree.ts';
import { scratch } from '../cli/harness.ts';

const epochS = 1_767_225_600;
const from = join(scratch(), 'source');
const entries: readonly Entry[] = [
  { path: 'etc/default/x', mode: 0o644, from: { content: 'a' }, isConfig: true },
  { path: 'etc/x/hooks.d', mode: 0o755, from: 'empty folder' },
  { path: 'usr/bin/x', mode: 0o777, from: { link: '../lib/x' } },
  { path: 'usr/lib/x', mode: 0o755, from: { file: from } },
];

describe('the files of a package', () => {
  const former = process.umask();
  beforeAll(() => {
    process.umask(0o077);
    writeFileSync(from, 'b'.repeat(1025));
  });
  afterAll(() => process.umask(former));

  it('have the modes that are said, and one time, whatever the umask and the clock', () => {
    const folder = join(scratch(), 'tree');
    writeTree(entries, folder, epochS);
    const paths = ['', ...foldersOf(entries), ...filesOf(entries).map(({ path }) => path)];
    for (const path of paths) expect(lstatSync(join(folder, path)).mtimeMs, path).toBe(epochS * 1000);
    for (const path of ['', ...foldersOf(entries)])
      expect(lstatSync(join(folder, path)).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(folder, 'etc/default/x')).mode & 0o777).toBe(0o644);
    expect(lstatSync(join(folder, 'usr/lib/x')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(folder, 'usr/bin/x'))).toBe('../lib/x');
    expect(readFileSync(join(folder, 'usr/lib/x'), 'utf8')).toBe('b'.repeat(1025));
    // 1 + 1 + 2 KiB of files, and 7 folders.
    expect(installedKib(entries, folder)).toBe(11);
  });

  it('are there without a file, too: an empty folder, with its mode', () => {
    const folder = join(scratch(), 'tree');
    writeTree(entries, folder, epochS);
    expect(readdirSync(join(folder, 'etc/x/hooks.d'))).toEqual([]);
    expect(foldersOf(entries)).toContain('etc/x/hooks.d');
    expect(filesOf(entries).map(({ path }) => path)).not.toContain('etc/x/hooks.d');
  });

  it('have every folder above them, the outer before the inner', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(path), (paths) => {
        const folders = foldersOf(paths.map((one) => ({ path: one, mode: 0o644, from: { content: '' } })));
        expect(new Set(folders).size).toBe(folders.length);
        for (const [index, folder] of folders.entries()) {
          const above = folder.slice(0, folder.lastIndexOf('/'));
          if (folder.includes('/')) expect(folders.slice(0, index)).toContain(above);
        }
        const expected = paths.flatMap((one) =>
          one
            .split('/')
            .slice(0, -1)
            .map((_, at, parts) => parts.slice(0, at + 1).join('/')),
        );
        expect(new Set(folders)).toEqual(new Set(expected));
      }),
    );
  });
});
