import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NoAnswer, SideFolder } from '../../src/system/side-write.ts';
import { scratch } from '../cli/harness.ts';

const remote = () => true;

it('without a remote mount the work is done before the call returns, and nothing else is done', async () => {
  const folder = scratch();
  const side = new SideFolder(folder, () => false, expect.unreachable);
  const done: number[] = [];
  const first = side.run(() => done.push(1));
  const second = side.write({ path: join(folder, 'file'), text: '' }, () => done.push(2));
  expect(done).toEqual([1, 2]);
  await Promise.all([first, second]);
  expect(readdirSync(folder)).toEqual([]);
});

it('beside a remote mount the work is done once the folder has answered, in its order, and leaves nothing else behind', async () => {
  const folder = scratch();
  const side = new SideFolder(folder, remote);
  const seen: string[] = [];
  const work = ['one', 'two'].map((name) => side.run(() => seen.push(name)));
  expect(seen).toEqual([]);
  await Promise.all(work);
  expect(seen).toEqual(['one', 'two']);
  expect(readdirSync(folder)).toEqual([]);
});

it('a folder that has not answered once is left alone: each later piece of work says so at once', async () => {
  const folder = scratch();
  let asked = 0;
  const side = new SideFolder(folder, remote, async () => {
    asked += 1;
    throw new NoAnswer();
  });
  await expect(side.run(expect.unreachable)).rejects.toThrow(/^no answer within 10 s$/);
  await expect(side.run(expect.unreachable)).rejects.toThrow(/^no answer within 10 s$/);
  const file = { path: join(folder, 'file'), text: 'text' };
  await expect(side.write(file, expect.unreachable)).rejects.toThrow(/^no answer within 10 s$/);
  expect(asked).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

it('a failure of the work is its own, and keeps no later work back', async () => {
  const side = new SideFolder(scratch(), remote);
  const failing = side.run(() => {
    throw new Error('no space left on device');
  });
  const later = side.run(() => undefined);
  await expect(failing).rejects.toThrow('no space left on device');
  await expect(later).resolves.toBeUndefined();
});

it('a folder that is missing or may not be written to has answered: the work says what is wrong', async () => {
  const side = new SideFolder(join(scratch(), 'missing'), remote);
  const done: string[] = [];
  await side.run(() => done.push('done'));
  expect(done).toEqual(['done']);
});
