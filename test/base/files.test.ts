import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  makeFolder,
  readRegular,
  readRegularText,
  replaceFile,
  trustedFolder,
} from '../../src/base/files.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rc-wait-files-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('a file from outside', () => {
  it('is read, with where it lies', () => {
    const path = join(folder(), 'file');
    writeFileSync(path, 'text');
    expect(readRegularText(path, 4)).toBe('text');
    expect(readRegular(path, 4).path).toBe(path);
  });

  it('is read to its end where it says that it has none, as those of /proc', () => {
    expect(readRegularText('/proc/self/stat', 4_096)).toContain('(');
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['a FIFO', (path) => void execFileSync('/usr/bin/mkfifo', [path]), /^it is not a regular file$/],
    ['a device', (path) => symlinkSync('/dev/zero', path), /^it is not a regular file$/],
    ['a folder', (path) => mkdirSync(path), /^it is a directory$/],
    ['too large', (path) => writeFileSync(path, 'x'.repeat(11)), /^it is larger than 10 bytes$/],
    [
      'of /proc, and too large',
      (path) => symlinkSync('/proc/self/mountinfo', path),
      /^it is larger than 10 bytes$/,
    ],
    ['not there', () => {}, /ENOENT/],
  ])('is refused, and not waited for, where it is %s', (_, make, message) => {
    const path = join(folder(), 'file');
    make(path);
    expect(() => readRegular(path, 10)).toThrow(message);
  });

  it('is refused as a link where links are not followed', () => {
    const path = join(folder(), 'link');
    symlinkSync('/etc/passwd', path);
    expect(() => readRegular(path, 10, { noFollow: true })).toThrow('it is a symbolic link');
  });
});

describe('a folder', () => {
  it('is made with all above it', () => {
    const path = join(folder(), 'a/b');
    expect(makeFolder(path, 0o755)).toBe(true);
    expect(makeFolder(path, 0o755)).toBe(false);
  });

  it('that cannot be made is an error at once', () => {
    expect(() => makeFolder('/proc/rc-wait/a/b', 0o755)).toThrow(/ENOENT/);
    const path = folder();
    symlinkSync('nowhere', join(path, 'link'));
    expect(() => makeFolder(join(path, 'link/a'), 0o755)).toThrow(/EEXIST|ENOENT/);
  });

  it('that is trusted has the mode that was asked for, whatever the umask', () => {
    const former = process.umask(0o077);
    const path = join(folder(), 'state');
    try {
      trustedFolder(path, 0o755);
    } finally {
      process.umask(former);
    }
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it('is not made where others may write', () => {
    const path = folder();
    chmodSync(path, 0o777);
    expect(() => trustedFolder(join(path, 'state'), 0o755)).toThrow(/can be written by others/);
    expect(readdirSync(path)).toEqual([]);
  });
});

describe('a small file', () => {
  it('is replaced whole, and what a link in its place points to is left alone', () => {
    const path = folder();
    writeFileSync(join(path, 'victim'), 'as it was');
    symlinkSync('victim', join(path, 'file'));
    replaceFile(join(path, 'file'), 'new', 0o644);
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('new');
    expect(readFileSync(join(path, 'victim'), 'utf8')).toBe('as it was');
    expect(statSync(join(path, 'file')).mode & 0o777).toBe(0o644);
    expect(readdirSync(path).sort()).toEqual(['file', 'victim']);
  });

  it('that cannot be replaced leaves nothing behind', () => {
    const path = folder();
    mkdirSync(join(path, 'file'));
    expect(() => replaceFile(join(path, 'file'), 'new', 0o644)).toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
    expect(readdirSync(path)).toEqual(['file']);
  });
});
