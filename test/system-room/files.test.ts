import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/network/types.ts';
import { holds, makeChange, removeLeftovers, stageChange, withFolderBelow } from '../../src/system/files.ts';
import { put, scratch } from '../network/scratch.ts';

const path = '/etc/netplan/a.yaml';

function change(before: string | undefined, after: string | undefined): FileChange {
  return { path, before, after, mode: 0o600 };
}

describe('a change that can be made', () => {
  it('replaces the text, keeps the mode, and leaves no temporary file behind', async () => {
    const root = scratch({ [path]: 'old' });
    chmodSync(join(root, path), 0o640);
    const { ino } = statSync(join(root, path));
    await makeChange(root, change('old', 'new'));
    expect(readFileSync(join(root, path), 'utf8')).toBe('new');
    expect(statSync(join(root, path)).mode & 0o7777).toBe(0o640);
    expect(statSync(join(root, path)).ino).not.toBe(ino);
    expect(readdirSync(join(root, '/etc/netplan'))).toEqual(['a.yaml']);
  });

  it('gives the file a new time, by which daemons tell that it has changed', async () => {
    const root = scratch({ [path]: 'old' });
    utimesSync(join(root, path), 1, 1);
    await makeChange(root, change('old', 'new'));
    expect(statSync(join(root, path)).mtimeMs).toBeGreaterThan(2_000);
  });

  it.runIf(process.getuid?.() === 0)('keeps the owner', async () => {
    const root = scratch({ [path]: 'old' });
    const { chownSync } = await import('node:fs');
    chownSync(join(root, path), 1234, 5678);
    await makeChange(root, change('old', 'new'));
    expect(statSync(join(root, path))).toMatchObject({ uid: 1234, gid: 5678 });
  });

  it('makes a new file with the mode that was asked for, whatever the umask', async () => {
    const root = scratch();
    const old = process.umask(0o077);
    try {
      await makeChange(root, { ...change(undefined, 'new'), mode: 0o644 });
    } finally {
      process.umask(old);
    }
    expect(statSync(join(root, path)).mode & 0o7777).toBe(0o644);
  });

  it('makes folders that all may read, whatever the umask, and leaves those alone that were there', async () => {
    const root = scratch({ '/etc/systemd/a': '' });
    chmodSync(join(root, 'etc/systemd'), 0o700);
    const old = process.umask(0o077);
    try {
      const drop = '/etc/systemd/network/eth1.network.d/rc-wait.conf';
      await makeChange(root, { path: drop, before: undefined, after: 'new', mode: 0o644 });
    } finally {
      process.umask(old);
    }
    const modeOf = (folder: string) => statSync(join(root, folder)).mode & 0o7777;
    expect(modeOf('etc/systemd')).toBe(0o700);
    expect(modeOf('etc/systemd/network')).toBe(0o755);
    expect(modeOf('etc/systemd/network/eth1.network.d')).toBe(0o755);
  });

  it('follows a link of its folder inside the root', async () => {
    const root = scratch({ '/srv/netplan/a.yaml': 'old', '/etc/x': '' });
    symlinkSync('/srv/netplan', join(root, 'etc/netplan'));
    await makeChange(root, change('old', 'new'));
    expect(readFileSync(join(root, 'srv/netplan/a.yaml'), 'utf8')).toBe('new');
  });

  it('takes a file away', async () => {
    const root = scratch({ [path]: 'old' });
    await makeChange(root, change('old', undefined));
    expect(existsSync(join(root, path))).toBe(false);
  });

  it('leaves the old file alone until it is committed, and nothing behind when it is discarded', async () => {
    const root = scratch({ [path]: 'old' });
    const staged = await stageChange(root, change('old', 'new'));
    expect(readFileSync(join(root, path), 'utf8')).toBe('old');
    expect(readdirSync(join(root, '/etc/netplan'))).toHaveLength(2);
    await staged.discard();
    expect(readdirSync(join(root, '/etc/netplan'))).toEqual(['a.yaml']);
  });

  it('leaves what a killed process left beside a file to be found, and nothing else', async () => {
    const root = scratch({
      [path]: 'old',
      '/etc/netplan/.a.yaml.swp': '',
      '/etc/netplan/.b.yaml.0123456789abcdef.rc-wait': '',
    });
    await stageChange(root, change('old', 'new'));
    await removeLeftovers(join(root, path));
    expect(readdirSync(join(root, '/etc/netplan')).sort()).toEqual([
      '.a.yaml.swp',
      '.b.yaml.0123456789abcdef.rc-wait',
      'a.yaml',
    ]);
  });
});

describe('a folder of rc-wait below a root', () => {
  const modeOf = (root: string, path: string) => statSync(join(root, path)).mode & 0o7777;

  it('is for its owner alone, and those above it for all', async () => {
    const root = scratch();
    await withFolderBelow(root, '/var/lib/rc-wait', 0o700, async () => undefined);
    expect(['var', 'var/lib', 'var/lib/rc-wait'].map((path) => modeOf(root, path))).toEqual([
      0o755, 0o755, 0o700,
    ]);
  });

  it('goes again where nothing could be written into it, but never what was there before', async () => {
    const root = scratch({ '/var/x': '' });
    const full = withFolderBelow(root, '/var/lib/rc-wait', 0o700, async () => {
      throw new Error('no space left');
    });
    await expect(full).rejects.toThrow('no space left');
    expect(readdirSync(join(root, 'var'))).toEqual(['x']);
  });
});

describe.runIf(process.getuid?.() === 0)('a user who is not root', () => {
  const nobody = 65_534;

  /** Runs work as nobody, in a tree that belongs to nobody and a group that nobody may not give. */
  async function asNobody(mode: number, uid: number, work: (root: string) => Promise<void>): Promise<void> {
    const { chownSync } = await import('node:fs');
    const root = scratch({ [path]: 'old' });
    for (const one of ['', 'etc', 'etc/netplan']) chownSync(join(root, one), nobody, 0);
    chownSync(join(root, path), uid, 0);
    chmodSync(join(root, path), mode);
    const groups = process.getgroups?.() ?? [];
    process.setgroups?.([nobody]);
    process.setegid?.(nobody);
    process.seteuid?.(nobody);
    try {
      await work(root);
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
      process.setgroups?.(groups);
    }
  }

  it('changes his own file, whose group he may not set: what that group alone could do goes', async () => {
    await asNobody(0o664, nobody, async (root) => {
      await makeChange(root, change('old', 'new'));
      expect(readFileSync(join(root, path), 'utf8')).toBe('new');
      const { mode, uid, gid } = statSync(join(root, path));
      expect({ mode: mode & 0o7777, uid, gid }).toEqual({ mode: 0o644, uid: nobody, gid: nobody });
    });
  });

  it("does not take another's file for his own, and hears why", async () => {
    await asNobody(0o644, 0, async (root) => {
      await expect(makeChange(root, change('old', 'new'))).rejects.toThrow(
        `cannot write ${path}: it belongs to user 0, and only root may write it for that user`,
      );
    });
  });
});

describe('a change is refused, and nothing is touched', () => {
  it('when the file has changed since it was read', async () => {
    const root = scratch({ [path]: 'edited meanwhile' });
    await expect(makeChange(root, change('old', 'new'))).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot write ${path}: it has changed since it was read; run rc-wait again`,
    });
    await expect(makeChange(root, change(undefined, 'new'))).rejects.toThrow(/has changed since/);
    expect(readFileSync(join(root, path), 'utf8')).toBe('edited meanwhile');
  });

  it('when the file has gone since it was read', async () => {
    const root = scratch();
    await expect(makeChange(root, change('old', 'new'))).rejects.toThrow(
      `cannot write ${path}: no such file or directory`,
    );
  });

  it('when the file is a symbolic link, or no file at all', async () => {
    const root = scratch({ elsewhere: 'old' });
    mkdirSync(join(root, '/etc/netplan'), { recursive: true });
    symlinkSync('../../elsewhere', join(root, path));
    await expect(makeChange(root, change('old', 'new'))).rejects.toThrow(/it is a symbolic link/);
    expect(lstatSync(join(root, path)).isSymbolicLink()).toBe(true);
    const absolute = scratch({ elsewhere: 'old', '/etc/netplan/b.yaml': '' });
    symlinkSync('/elsewhere', join(absolute, path));
    await expect(makeChange(absolute, change('old', 'new'))).rejects.toThrow(/it is a symbolic link/);
    const other = scratch();
    mkdirSync(join(other, path), { recursive: true });
    await expect(makeChange(other, change('old', 'new'))).rejects.toThrow(/it is not a regular file/);
  });

  it('when the file changes between the preparation and the commit', async () => {
    const root = scratch({ [path]: 'old' });
    const staged = await stageChange(root, change('old', 'new'));
    put(root, path, 'edited meanwhile');
    await expect(staged.commit()).rejects.toThrow(/it has changed since it was read/);
    expect(readFileSync(join(root, path), 'utf8')).toBe('edited meanwhile');
  });

  it('when a folder leads nowhere inside the root, whatever there is at that path outside', async () => {
    const outside = scratch({ 'a.yaml': 'old' });
    const root = scratch();
    mkdirSync(join(root, 'etc'));
    symlinkSync(outside, join(root, 'etc/netplan'));
    await expect(makeChange(root, change('old', 'new'))).rejects.toMatchObject({
      code: 'NETWORK_FILE',
      message: `cannot write ${path}: it exists already`,
    });
    expect(readFileSync(join(outside, 'a.yaml'), 'utf8')).toBe('old');
    expect(readdirSync(outside)).toEqual(['a.yaml']);
  });

  it('when the folder cannot be made, with the reason in words', async () => {
    const root = scratch({ etc: 'a file' });
    await expect(makeChange(root, change(undefined, 'new'))).rejects.toThrow(
      `cannot write ${path}: a part of the path is not a directory`,
    );
  });

  it('when the write fails half-way: the temporary file goes', async () => {
    const root = scratch({ [path]: 'old' });
    const broken = makeChange(root, change('old', 'new'), { mode: 0o600, uid: 2 ** 40, gid: 0 });
    await expect(broken).rejects.toMatchObject({ code: 'NETWORK_FILE' });
    expect(readFileSync(join(root, path), 'utf8')).toBe('old');
    expect(readdirSync(join(root, '/etc/netplan'))).toEqual(['a.yaml']);
  });
});

it('whether a file holds a text is told by its bytes', async () => {
  const root = scratch();
  put(root, path, '\u00e9');
  expect(await holds(root, path, '\u00e9')).toBe(true);
  expect(await holds(root, path, 'e')).toBe(false);
  expect(await holds(root, path, undefined)).toBe(false);
  expect(await holds(root, '/none', undefined)).toBe(true);
  expect(await holds(root, '/none', '')).toBe(false);
});
