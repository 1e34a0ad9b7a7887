import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configDriveBelow } from '../../src/host/config-drive.ts';
import { treeWith } from './tree.ts';

const file = '/openstack/latest/vendor_data.json';

/** A drive with the label, as udev shows it. The device itself is hidden from rc-wait.service. */
function labelled(root: string, label: string): void {
  mkdirSync(join(root, '/dev/disk/by-label'), { recursive: true });
  symlinkSync('../../xvdd', join(root, `/dev/disk/by-label/${label}`));
}

const mountinfo = (place: string): string =>
  `22 28 0:21 / /sys rw - sysfs sysfs rw\n40 28 202:48 / ${place} ro,relatime shared:20 - iso9660 /dev/xvdd ro\n`;

describe('the config drive', () => {
  it.each(['/mnt/config', '/media/configdrive', '/config-2', '/var/lib/cloud/seed/config_drive'])(
    'is read in %s',
    async (place) => {
      const read = configDriveBelow(treeWith({ [place + file]: '{}' }));
      expect(await read('vendor_data.json')).toEqual({ kind: 'known', value: '{}', where: place + file });
    },
  );

  it.each(['config-2', 'CONFIG-2'])('is found by its label %s wherever it is mounted', async (label) => {
    const root = treeWith({
      '/proc/self/mountinfo': mountinfo('/srv/my\\040drive'),
      [`/srv/my drive${file}`]: '{"a":1}',
      [`/mnt/config${file}`]: '{"old":1}',
    });
    labelled(root, label);
    expect(await configDriveBelow(root)('vendor_data.json')).toMatchObject({ value: '{"a":1}' });
  });

  it('that is not mounted is said to be there, with what to do', async () => {
    const root = treeWith({
      '/proc/self/mountinfo': '22 28 0:21 / /sys rw - sysfs sysfs rw\n',
    });
    labelled(root, 'config-2');
    expect(await configDriveBelow(root)('meta_data.json')).toEqual({
      kind: 'unknown',
      why: 'the config drive /dev/xvdd is not mounted (mount -o ro /dev/xvdd /mnt/config)',
    });
  });

  it('that is nowhere is absent', async () => {
    expect(await configDriveBelow(treeWith())('meta_data.json')).toEqual({
      kind: 'absent',
      why: 'no config drive with a meta_data.json is mounted',
    });
  });

  it('that cannot be read is not absent', async () => {
    const root = treeWith({ '/mnt/config/openstack/latest/vendor_data.json': '-> vendor_data.json' });
    expect(await configDriveBelow(root)('vendor_data.json')).toEqual({
      kind: 'unknown',
      why: `/mnt/config${file}: too many symbolic links`,
    });
  });

  it('that cannot be read in one place is read in another', async () => {
    const root = treeWith({ [`/mnt/config${file}`]: '-> vendor_data.json', [`/config-2${file}`]: '{}' });
    expect(await configDriveBelow(root)('vendor_data.json')).toMatchObject({ where: `/config-2${file}` });
  });
});
