import { expect, it } from 'vitest';
import { hasRemoteMount, seesRemoteMount } from '../../src/system/remote-mounts.ts';

const line = (point: string, type: string, tags = ' shared:1') =>
  `66 43 0:38 / ${point} rw,relatime${tags} - ${type} source rw\n`;
const local =
  line('/', 'ext4') + line('/proc/sys/fs/binfmt_misc', 'autofs') + line('/proc/cpuinfo', 'fuse.lxcfs', '');

it.each(['nfs', 'nfs4', 'cifs', 'fuse.sshfs', 'fuse', 'fuseblk', 'autofs', 'ceph', '9p', 'glusterfs'])(
  'a mount of %s may not answer',
  (type) => {
    expect(hasRemoteMount(local + line('/srv', type))).toBe(true);
    expect(hasRemoteMount(local + line('/srv', type, ''))).toBe(true);
  },
);

it('those of a disk, of memory and of the kernel always do', () => {
  expect(hasRemoteMount(local + line('/run', 'tmpfs') + line('/sys/fs/fuse/connections', 'fusectl'))).toBe(
    false,
  );
  expect(hasRemoteMount('')).toBe(false);
  expect(typeof seesRemoteMount()).toBe('boolean');
});
