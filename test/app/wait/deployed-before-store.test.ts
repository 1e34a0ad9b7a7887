import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blank, type Instance } from '../../../src/app/wait/deployed-before.ts';
import { readMemory, remember } from '../../../src/app/wait/deployed-before-store.ts';
import { scratch } from '../../network/scratch.ts';

const instance: Instance = {
  id: 'i-1',
  deployed_at: '2026-11-21T20:35:42Z',
  network: 'off',
  result: { action: 'skipped', reason: 'off' },
};
const path = '/var/lib/rc-wait/instances.json';

/** What is remembered below a root, with the warnings. */
async function read(root: string) {
  const warnings: string[] = [];
  const memory = await readMemory(root, (warning) => warnings.push(warning));
  return { memory, warnings };
}

async function keep(root: string, what: Instance = instance) {
  const warnings: string[] = [];
  await remember(root, what, (warning) => warnings.push(warning));
  return warnings;
}

describe('what is remembered', () => {
  it('is read again, and only root can read it', async () => {
    const root = scratch();
    expect(await keep(root)).toEqual([]);
    expect(await keep(root, { ...instance, id: 'i-2' })).toEqual([]);
    expect(await read(root)).toEqual({
      memory: { ...blank, instances: [instance, { ...instance, id: 'i-2' }] },
      warnings: [],
    });
    expect(statSync(join(root, path)).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, path, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, path, '..'))).toEqual(['instances.json']);
  });

  it('is nothing where nothing was', async () => {
    expect(await read(scratch())).toEqual({ memory: blank, warnings: [] });
  });

  it('is nothing, with a warning, where it is damaged; and can be told anew', async () => {
    const root = scratch({ [path]: '{"schema":' });
    expect(await read(root)).toEqual({
      memory: blank,
      warnings: [`cannot use ${join(root, path)}: it was not written by rc-wait; ignored`],
    });
    expect(await keep(root)).toEqual([]);
    expect((await read(root)).memory.instances).toEqual([instance]);
  });

  it('is nothing, with a warning, where it cannot be read', async () => {
    const root = scratch();
    mkdirSync(join(root, path), { recursive: true });
    expect(await read(root)).toEqual({
      memory: blank,
      warnings: [`cannot read ${join(root, path)}: it is a directory`],
    });
  });
});

describe('what cannot be remembered, or only by a link', () => {
  it('is a warning, and leaves nothing behind', async () => {
    const root = scratch({ '/var/lib/rc-wait': 'a file' });
    expect(await keep(root)).toEqual([
      expect.stringMatching(/^cannot remember that this instance is deployed: /),
    ]);
    expect(readFileSync(join(root, '/var/lib/rc-wait'), 'utf8')).toBe('a file');
  });

  it('is not written out of a root', async () => {
    const root = scratch();
    const outside = scratch();
    mkdirSync(join(root, 'var'));
    symlinkSync(outside, join(root, 'var/lib'));
    expect(await keep(root)).toEqual([expect.stringMatching(/^cannot remember .*: it exists already$/)]);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('is what is written where a link inside the root leads, and read there again', async () => {
    const root = scratch({ '/srv/lib/x': '', '/var/x': '' });
    symlinkSync('/srv/lib', join(root, 'var/lib'));
    expect(await keep(root)).toEqual([]);
    expect(readdirSync(join(root, 'srv/lib/rc-wait'))).toEqual(['instances.json']);
    expect((await read(root)).memory.instances).toEqual([instance]);
  });

  it('leaves the old memory where the new one cannot take its place', async () => {
    const root = scratch();
    mkdirSync(join(root, path, 'x'), { recursive: true });
    chmodSync(join(root, path), 0o700);
    writeFileSync(join(root, path, 'x', 'y'), '');
    expect(await keep(root)).toEqual([expect.stringMatching(/^cannot remember /)]);
    expect(readdirSync(join(root, path, '..'))).toEqual(['instances.json']);
  });
});
