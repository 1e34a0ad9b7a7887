import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSource } from '../../src/host/files.ts';
import { treeWith } from './tree.ts';

it('is read, and named as it is below its root', async () => {
  const root = treeWith({ '/etc/x': 'Grüße\n' });
  expect(await readSource('/etc/x', root)).toEqual({ kind: 'known', value: 'Grüße\n', where: '/etc/x' });
});

it.each(['/etc/none', '/etc/x/below'])('that is not there is absent: %s', async (path) => {
  const root = treeWith({ '/etc/x': '' });
  expect(await readSource(path, root)).toEqual({ kind: 'absent', why: `there is no ${path}` });
});

it('that is a directory is no file', async () => {
  const root = treeWith();
  mkdirSync(join(root, 'd'));
  expect(await readSource('/d', root)).toEqual({ kind: 'unknown', why: '/d: it is not a file' });
});

it('that is a FIFO is not waited for', async () => {
  const root = treeWith();
  execFileSync('mkfifo', [join(root, 'f')]);
  expect(await readSource('/f', root)).toEqual({ kind: 'unknown', why: '/f: it is not a file' });
});

it('that is too long is not read', async () => {
  const root = treeWith({ '/long': '' });
  truncateSync(join(root, 'long'), 2 ** 20 + 1);
  expect(await readSource('/long', root)).toMatchObject({
    kind: 'unknown',
    why: expect.stringContaining('too long'),
  });
});

it('that is no text is not taken for one', async () => {
  const root = treeWith();
  writeFileSync(join(root, 'b'), Buffer.from([0x22, 0xff, 0xfe, 0x22]));
  expect(await readSource('/b', root)).toEqual({ kind: 'unknown', why: '/b: it is not UTF-8 text' });
});

it('that leads in a circle says so', async () => {
  const root = treeWith({ '/loop': '-> loop' });
  expect(await readSource('/loop', root)).toEqual({ kind: 'unknown', why: '/loop: too many symbolic links' });
});
