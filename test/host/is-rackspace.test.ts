import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/host/finding.ts';
import { likenessOf } from '../../src/host/is-rackspace.ts';

const nothing: readonly Finding<string>[] = [
  { source: 'xenstore', kind: 'unknown', why: 'there is no xenstore-read', lasting: true },
  { source: 'config-drive', kind: 'absent', why: 'none is mounted' },
];

function root(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'rc-wait-likeness-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('a server', () => {
  it("is none of Rackspace's where nothing at all speaks for it", async () => {
    expect(await likenessOf(nothing, root({ '/sys/hypervisor/type': 'kvm\n' }))).toEqual({
      isRackspace: false,
      why: 'there is no Xen, no config drive, and nothing that names a region of Rackspace',
    });
  });

  it.each([
    '/dev/xen/xenbus',
    '/proc/xen/capabilities',
    '/sys/hypervisor/uuid',
    '/dev/disk/by-label/config-2',
    '/dev/disk/by-label/CONFIG-2',
  ])('may be one where %s is there', async (path) => {
    expect((await likenessOf(nothing, root({ [path]: '' }))).isRackspace).toBe(true);
  });

  it('may be one where the hypervisor says that it is Xen', async () => {
    expect(await likenessOf(nothing, root({ '/sys/hypervisor/type': 'xen\n' }))).toMatchObject({
      isRackspace: true,
    });
  });

  it.each<Finding<string>>([
    { source: 'dns', kind: 'known', value: 'ord', where: '/etc/resolv.conf' },
    { source: 'xenstore', kind: 'unknown', why: 'no answer within 2 s' },
  ])('may be one by what a source says, or could not say: %j', async (one) => {
    expect(await likenessOf([...nothing, one], root())).toMatchObject({ isRackspace: true });
  });
});
