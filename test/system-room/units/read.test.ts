import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listUnits } from '../../../src/system/units/read.ts';
import { scratch } from '../../network/scratch.ts';

it('a tree without systemd has no units', async () => {
  expect(await listUnits(scratch())).toEqual({ folders: [], sysvLinks: [] });
});

it('folders that are files, and links round in a circle, are told apart', async () => {
  const root = scratch({ '/etc/rc2.d': '', '/etc/systemd/system/x.service.d': '' });
  expect(await listUnits(root)).toMatchObject({ sysvLinks: [] });
  symlinkSync('rc3.d', join(root, 'etc/rc3.d'));
  await expect(listUnits(root)).rejects.toMatchObject({
    code: 'NETWORK_FILE',
    message: expect.stringMatching(/^cannot read \/etc\/rc3\.d: /),
  });
});

it('a folder of units may be a link inside the root', async () => {
  const root = scratch({ '/srv/units/a.service': 'x', '/etc/systemd/x': '' });
  symlinkSync('/srv/units', join(root, 'etc/systemd/system'));
  const { folders } = await listUnits(root);
  expect(folders.map(({ path, units }) => [path, [...units]])).toEqual([
    ['/etc/systemd/system', [['a.service', { kind: 'file' }]]],
  ]);
});
