import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rememberedRegion, rememberRegion } from '../../src/host/remembered-region.ts';
import { bootId } from '../../src/system/boot.ts';
import { treeWith } from './tree.ts';

const document = (more: object): string =>
  JSON.stringify({ schema: 'rc-wait/region/v1', boot: bootId(), region: 'ord', ...more });

describe('the region that the API knew this server by', () => {
  it('is remembered until the next boot, for every user to read', async () => {
    const directory = treeWith();
    await rememberRegion(directory, 'lon');
    const path = join(directory, 'region.json');
    expect(await rememberedRegion(directory)).toEqual({ kind: 'known', value: 'lon', where: path });
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(readdirSync(directory)).toEqual(['region.json']);
  });

  it('is forgotten by the next boot', async () => {
    const directory = treeWith({ 'region.json': document({ boot: 'another' }) });
    expect(await rememberedRegion(directory)).toMatchObject({ kind: 'absent' });
  });

  it('was never known where nothing is written down', async () => {
    expect(await rememberedRegion(treeWith())).toMatchObject({ kind: 'absent' });
  });

  it.each([
    ['no JSON', '{'],
    ['null', 'null'],
    ['another schema', document({ schema: 'rc-wait/region/v2' })],
    ['no region', document({ region: '{}' })],
    ['a region that is no text', document({ region: 7 })],
    ['far too much', document({ more: 'x'.repeat(9_999) })],
  ])('is not known by a file with %s', async (_, text) => {
    expect(await rememberedRegion(treeWith({ 'region.json': text }))).toMatchObject({ kind: 'unknown' });
  });

  it('is not known by what is no file', async () => {
    const directory = treeWith();
    mkdirSync(join(directory, 'region.json'));
    expect(await rememberedRegion(directory)).toMatchObject({ kind: 'unknown' });
  });

  it.runIf(process.geteuid?.() === 0)('is not believed of another user', async () => {
    const directory = treeWith({ 'region.json': document({}) });
    chownSync(join(directory, 'region.json'), 65_534, 65_534);
    expect(await rememberedRegion(directory)).toMatchObject({
      kind: 'unknown',
      why: expect.stringContaining("another user's"),
    });
  });

  it('is asked for again where it could not be written down, and nothing is left behind', async () => {
    const none = join(treeWith(), 'none');
    await rememberRegion(none, 'ord');
    expect(await rememberedRegion(none)).toMatchObject({ kind: 'absent' });
    const directory = treeWith();
    mkdirSync(join(directory, 'region.json'));
    writeFileSync(join(directory, 'region.json', 'x'), '');
    chmodSync(directory, 0o755);
    await rememberRegion(directory, 'ord');
    expect(readdirSync(directory)).toEqual(['region.json']);
  });
});
