import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flattenImage } from '../../../scripts/packaging/release/image.ts';
import { scratch } from '../../cli/harness.ts';

const epochS = 1_767_225_600;

/** A file as `docker save` writes it, with these files in its layers. */
function savedImage(...layers: readonly Readonly<Record<string, string>>[]): string {
  const folder = scratch();
  const names = layers.map((files, index) => {
    const from = scratch();
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(from, name, '..'), { recursive: true });
      writeFileSync(join(from, name), content);
      chmodSync(join(from, name), 0o755);
    }
    const name = `layer-${index}.tar`;
    execFileSync('tar', ['-cf', join(folder, name), '-C', from, '.']);
    return name;
  });
  const config = {
    created: new Date().toISOString(),
    architecture: 'amd64',
    os: 'linux',
    config: {
      User: '65532:65532',
      Env: ['PATH=/bin'],
      Entrypoint: ['/rc-wait'],
      Cmd: null,
      Image: 'sha256:1',
    },
    history: [{ created: new Date().toISOString() }],
  };
  writeFileSync(join(folder, 'saved.json'), JSON.stringify(config));
  const manifest = [{ Config: 'saved.json', RepoTags: ['temporary:1'], Layers: names }];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const path = join(scratch(), 'saved.tar');
  execFileSync('tar', ['-cf', path, '-C', folder, '.']);
  return path;
}

/** The image that is made of a saved one. */
async function flattened(saved: string): Promise<string> {
  const path = join(scratch(), 'image.tar.gz');
  await flattenImage(saved, path, { tag: 'rc-wait:0.2.0', epochS, scratch: scratch(), level: 1 });
  return path;
}

const part = (image: string, name: string): Buffer =>
  execFileSync('tar', ['-xzOf', image, name], { maxBuffer: 1e8 });

describe('the image of a release', () => {
  const layers = [{ 'bin/sh': 'shell' }, { 'usr/lib/rc-wait/rc-wait': 'program' }];

  it('has the files of all layers in one, of root, with the time of the sources', async () => {
    const image = await flattened(savedImage(...layers));
    const layer = join(scratch(), 'layer.tar');
    writeFileSync(layer, part(image, 'layer.tar'));
    const listed = execFileSync('tar', ['-tvf', layer, '--numeric-owner', '--full-time', '--utc'], {
      encoding: 'utf8',
    });
    const lines = listed
      .trim()
      .split('\n')
      .filter((line) => !line.endsWith('/'));
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      '-rwxr-xr-x 0/0 5 2026-01-01 00:00:00 ./bin/sh',
      '-rwxr-xr-x 0/0 7 2026-01-01 00:00:00 ./usr/lib/rc-wait/rc-wait',
    ]);
  });

  it('keeps the user and the entry point, and has the checksum of its layer', async () => {
    const image = await flattened(savedImage(...layers));
    const [manifest] = JSON.parse(part(image, 'manifest.json').toString());
    expect(manifest).toEqual({ Config: 'config.json', RepoTags: ['rc-wait:0.2.0'], Layers: ['layer.tar'] });
    const sha256 = createHash('sha256').update(part(image, 'layer.tar')).digest('hex');
    expect(JSON.parse(part(image, 'config.json').toString())).toEqual({
      created: '2026-01-01T00:00:00.000Z',
      architecture: 'amd64',
      os: 'linux',
      config: { User: '65532:65532', Env: ['PATH=/bin'], Entrypoint: ['/rc-wait'], Cmd: null },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256}`] },
      history: [{ created: '2026-01-01T00:00:00.000Z', created_by: 'scripts/release' }],
    });
  });

  it('is the same, byte for byte, when its layers are built again at another time', async () => {
    const [first, second] = [await flattened(savedImage(...layers)), await flattened(savedImage(...layers))];
    expect(readFileSync(second).equals(readFileSync(first))).toBe(true);
  });

  it('is refused where a layer removes what another has', async () => {
    await expect(flattened(savedImage({ 'bin/sh': '' }, { 'bin/.wh.sh': '' }))).rejects.toThrow(
      'cannot flatten the image: a layer of it removes bin/.wh.sh',
    );
  });
});
