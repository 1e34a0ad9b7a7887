import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flattenImage } from '../../../scripts/packaging/release/image.ts';
import { limitsMs } from '../../support/limits.ts';
import { build } from '../images.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'));

async function docker(...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', argv, { timeout: limitsMs.server });
  return stdout;
}

/** Runs rc-wait in a container with a read-only root, no capability and no network; what it prints. */
const rcWait = (image: string, ...argv: string[]): Promise<string> =>
  docker('run', '--rm', '--read-only', '--cap-drop=ALL', '--network=none', image, ...argv);

describe('the image for `rc-wait remote`', () => {
  let image: string;
  let scratch: string;
  // Its own name: another checkout may test beside this one.
  const tag = `rcwait-flat:${randomUUID()}`;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'rcwait-image-'));
    image = await build('rc-wait remote', '--remote');
  }, limitsMs.image);

  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await docker('image', 'rm', '--force', tag);
  });

  it('runs as a user that is not root, on a root that is read-only', async () => {
    expect(await rcWait(image, '--version')).toBe(`${version}\n`);
    expect(await rcWait(image, 'remote', '--help')).toMatch(/^Usage: rc-wait remote /);
    const user = await docker('image', 'inspect', '--format', '{{.Config.User}}', image);
    expect(user.trim()).toBe('65532:65532');
  });

  it('shows the help of `remote` where no command is given', async () => {
    expect(await rcWait(image)).toBe(await rcWait(image, 'remote', '--help'));
  });

  it('takes at most 150 MB, unpacked', async () => {
    const id = (await docker('create', image)).trim();
    try {
      const { stdout } = await promisify(execFile)('sh', ['-c', `docker export ${id} | wc -c`]);
      expect(Number(stdout)).toBeGreaterThan(50e6);
      expect(Number(stdout)).toBeLessThanOrEqual(150e6);
    } finally {
      await docker('rm', '--force', id);
    }
  });

  it('runs as well from the file of a release, which has one layer', async () => {
    const [saved, file] = [join(scratch, 'saved.tar'), join(scratch, 'image.tar.gz')];
    await docker('save', '--output', saved, image);
    await flattenImage(saved, file, { tag, epochS: 1_767_225_600, scratch, level: 1 });
    await docker('load', '--input', file);
    expect(await rcWait(tag, '--version')).toBe(`${version}\n`);
    expect(await docker('image', 'inspect', '--format', '{{len .RootFS.Layers}}', tag)).toBe('1\n');
  });
});
