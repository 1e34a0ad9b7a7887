import { expect, it } from 'vitest';
import {
  hasRemoteMount,
  remoteTypeIn,
  remoteTypeOf,
  seesRemoteMount,
} from '../../src/system/remote-mounts.ts';

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

it.each([
  ['/srv/state', line('/srv', 'nfs4'), 'nfs4'],
  ['/srv', line('/srv', 'nfs4'), 'nfs4'],
  ['/srvother', line('/srv', 'nfs4'), undefined],
  ['/srv/disk/state', line('/srv', 'nfs4') + line('/srv/disk', 'ext4'), undefined],
  ['/srv/a b/state', line('/srv/a\\040b', 'fuse.sshfs'), 'fuse.sshfs'],
  ['/srv/state', line('/srv', 'autofs') + line('/srv', 'ext4'), undefined],
  ['/srv/state', line('/srv', 'ext4') + line('/srv', 'cifs'), 'cifs'],
  ['/run/rc-wait', line('/', '9p'), '9p'],
  ['/run/rc-wait', '', undefined],
])('the file system of %s is found by its nearest mount point', (path, mounts, type) => {
  expect(remoteTypeIn((mounts.includes(' / / ') ? '' : local) + mounts, path)).toBe(type);
});

it('a folder of this machine, also one that does not exist yet, is on no remote mount', () => {
  expect(remoteTypeOf('/proc/self')).toBeUndefined();
  expect(remoteTypeOf('/proc/self/not/there')).toBeUndefined();
});
