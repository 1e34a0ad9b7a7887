import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { managedFile } from '../../src/host/managed-file.ts';
import { treeWith } from './tree.ts';

const path = '/tmp/rs_managed_cloud_automation_complete';
const me = process.geteuid?.() ?? 0;

describe('the sign that Managed Operations has finished', () => {
  it('is a file of the owner who is believed', async () => {
    expect(await managedFile(treeWith({ [path]: '' }), me)).toEqual({
      kind: 'known',
      value: true,
      where: path,
    });
  });

  it('is not there at first', async () => {
    expect(await managedFile(treeWith(), me)).toEqual({ kind: 'absent', why: `there is no ${path}` });
  });

  it('is not believed of anybody else: everyone may write to /tmp', async () => {
    expect(await managedFile(treeWith({ [path]: '' }), me + 1)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('root does not own it'),
    });
  });

  it('is not a link to some file of root, of either kind', async () => {
    const soft = treeWith({ '/etc/passwd': '', '/tmp/x': '' });
    symlinkSync(join(soft, '/etc/passwd'), join(soft, path));
    expect(await managedFile(soft, me)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('not a file'),
    });
    const hard = treeWith({ '/etc/passwd': '', '/tmp/x': '' });
    linkSync(join(hard, '/etc/passwd'), join(hard, path));
    expect(await managedFile(hard, me)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining('more than one link'),
    });
  });

  it('is not a directory', async () => {
    const root = treeWith();
    mkdirSync(join(root, path), { recursive: true });
    expect(await managedFile(root, me)).toMatchObject({ kind: 'unknown' });
  });

  it('is not known where it cannot be looked at', async () => {
    const root = treeWith();
    writeFileSync(join(root, 'tmp'), '');
    expect(await managedFile(root, me)).toEqual({
      kind: 'unknown',
      why: `${path}: a part of the path is not a directory`,
    });
  });
});
