import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findHooks } from '../../../src/announce/hooks/find.ts';
import { distrust, rootAlone } from '../../../src/base/trust.ts';
import { folderWith } from '../../hooks/folder.ts';

// To make files of others, and to be trusted with one's own, takes root.
const asRoot = describe.runIf(process.getuid?.() === 0);

const namesOf = async (folder: string) => (await findHooks(folder)).hooks.map(({ name }) => name);

asRoot('hooks are found', () => {
  it('in the order of their names', async () => {
    const folder = folderWith({ b: '', '10-a.sh': '', a: '' });
    expect(await findHooks(folder)).toEqual({
      hooks: ['10-a.sh', 'a', 'b'].map((name) => ({ name, path: join(folder, name) })),
      refused: [],
      passed: [],
    });
  });

  it('through a symbolic link of root’s', async () => {
    const folder = folderWith({ real: '' });
    const links = folderWith({});
    symlinkSync(join(folder, 'real'), join(links, 'link'));
    symlinkSync(links, join(folder, 'deployed.d'));
    expect(await namesOf(join(folder, 'deployed.d'))).toEqual(['link']);
  });

  it('nowhere where there is no folder', async () => {
    const none = { hooks: [], refused: [], passed: [] };
    expect(await findHooks('/nowhere/deployed.d')).toEqual(none);
    expect(await findHooks(join(folderWith({ file: '' }), 'file', 'deployed.d'))).toEqual(none);
  });

  it('but what was put away, is not executable or is no file is passed over', async () => {
    const folder = folderWith({ 'a.bak': '', b: '' });
    writeFileSync(join(folder, 'README'), '');
    mkdirSync(join(folder, 'sub'));
    const { hooks, refused, passed } = await findHooks(folder);
    expect(hooks.map(({ name }) => name)).toEqual(['b']);
    expect(refused).toEqual([]);
    expect([...passed].sort()).toEqual(['README', 'a.bak', 'sub']);
  });
});

asRoot('a hook is refused that somebody else than root could have written', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    ['of another owner', (path) => chownSync(path, 1234, 0), /\/a: \S+\/a does not belong to root$/],
    ['that its group may write', (path) => chmodSync(path, 0o775), /can be written by others than root$/],
    ['that all may write', (path) => chmodSync(path, 0o757), /can be written by others than root$/],
  ])('%s', async (_, change, why) => {
    const folder = folderWith({ a: '', b: '' });
    change(join(folder, 'a'));
    const found = await findHooks(folder);
    expect(found.hooks.map(({ name }) => name)).toEqual(['b']);
    expect(found.refused).toEqual([expect.stringMatching(why)]);
  });

  it.each<[string, (folder: string) => void]>([
    ['of another owner', (folder) => chownSync(folder, 1234, 0)],
    ['that all may write', (folder) => chmodSync(folder, 0o777)],
    ['that all may write, with the sticky bit', (folder) => chmodSync(folder, 0o1777)],
  ])('with all others in a folder %s', async (_, change) => {
    const folder = folderWith({ a: '', b: '' });
    change(folder);
    const { hooks, refused } = await findHooks(folder);
    expect(hooks).toEqual([]);
    expect(refused).toEqual([expect.stringMatching(/^cannot run the hooks in /)]);
  });

  it('and an empty folder like that is no reason for a warning', async () => {
    const folder = folderWith({});
    chmodSync(folder, 0o777);
    expect(await findHooks(folder)).toEqual({ hooks: [], refused: [], passed: [] });
  });

  it('by a folder above, or by a link to elsewhere', async () => {
    const above = folderWith({ 'deployed.d/a': '' });
    chmodSync(above, 0o777);
    expect(await namesOf(join(above, 'deployed.d'))).toEqual([]);
    const folder = folderWith({});
    symlinkSync(join(above, 'deployed.d', 'a'), join(folder, 'link'));
    symlinkSync('/nowhere', join(folder, 'dangling'));
    const { hooks, refused } = await findHooks(folder);
    expect(hooks).toEqual([]);
    expect(refused).toEqual([
      expect.stringMatching(/\/dangling: no such file or directory$/),
      `cannot run the hook ${folder}/link: ${above} can be written by others than root`,
    ]);
  });
});

asRoot('the way to a hook', () => {
  it('is not trusted where a link on it belongs to somebody else, wherever it leads', async () => {
    const folder = folderWith({});
    const { lchownSync } = await import('node:fs');
    symlinkSync('/usr/bin', join(folder, 'deployed.d'));
    lchownSync(join(folder, 'deployed.d'), 1234, 0);
    expect(distrust(join(folder, 'deployed.d', 'env'), rootAlone)).toMatch(
      /deployed\.d does not belong to root$/,
    );
  });

  it('is trusted through relative links, and not through links in a circle', () => {
    const folder = folderWith({ a: '' });
    symlinkSync('../..', join(folder, 'up'));
    symlinkSync('circle', join(folder, 'circle'));
    expect(distrust(`${folder}/up/usr/bin/env`, rootAlone)).toBeUndefined();
    expect(distrust(join(folder, 'circle'), rootAlone)).toMatch(/leads through too many symbolic links$/);
  });
});

it('a folder that cannot be read is told of', async () => {
  const { refused } = await findHooks('/etc/\u0000');
  expect(refused).toEqual([expect.stringMatching(/^cannot look for hooks in /)]);
});
