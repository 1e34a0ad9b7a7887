import { readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Reading } from '../base/reading.ts';
import { readSource } from './files.ts';

/**
 * The labels of a config drive (OpenStack's documentation, "Config drives"): ISO 9660 and VFAT spell them
 * differently.
 */
const labels = ['config-2', 'CONFIG-2'] as const;

/** Where udev makes a link to the device for each label. */
const labelFolder = '/dev/disk/by-label';

/**
 * Places to look without a label: where OpenStack's documentation, CoreOS and cloud-init mount the drive, and
 * where cloud-init accepts a copy of it.
 */
const usualPlaces = [
  '/mnt/config',
  '/media/configdrive',
  '/config-2',
  '/var/lib/cloud/seed/config_drive',
] as const;

/** Reads a file of the config drive if one is mounted already. */
export type ReadConfigDrive = (name: 'meta_data.json' | 'vendor_data.json') => Promise<Reading<string>>;

/**
 * Reads from the config drive wherever it is mounted. Mounting it would need CAP_SYS_ADMIN, which
 * rc-wait.service drops, and rc-wait does not parse an ISO 9660 file system itself: it reports a drive that
 * is present but not mounted.
 */
export function configDriveBelow(root: string): ReadConfigDrive {
  let mounts: Promise<Mounts> | undefined;
  return async (name) => {
    mounts ??= mountsBelow(root);
    const { places, unmounted } = await mounts;
    let trouble: Reading<string> | undefined;
    for (const place of [...places, ...usualPlaces]) {
      const reading = await readSource(`${place}/openstack/latest/${name}`, root);
      if (reading.kind === 'known') return reading;
      // Unreadable differs from missing, and another copy may still be readable.
      if (reading.kind === 'unknown') trouble ??= reading;
    }
    if (trouble !== undefined) return trouble;
    if (unmounted === undefined) return { kind: 'absent', why: `no config drive with a ${name} is mounted` };
    return {
      kind: 'unknown',
      why: `the config drive ${unmounted} is not mounted (mount -o ro ${unmounted} /mnt/config)`,
    };
  };
}

interface Mounts {
  /** mount points of the drives with the label */
  readonly places: readonly string[];
  /** a drive with the label that is not mounted anywhere */
  readonly unmounted: string | undefined;
}

async function mountsBelow(root: string): Promise<Mounts> {
  const devices: string[] = [];
  for (const label of labels) {
    const target = await readlink(join(root, labelFolder, label)).catch(() => undefined);
    // Not realpath: the unit's sandbox shows the labels, but not the devices behind them.
    if (target !== undefined) devices.push(resolve(labelFolder, target));
  }
  const table = devices.length === 0 ? undefined : await readSource('/proc/self/mountinfo', root);
  const places = table?.kind === 'known' ? placesOf(devices, table.value) : [];
  return { places, unmounted: places.length === 0 ? devices[0] : undefined };
}

/** The mount points of devices: fields 5 and, after the hyphen, 2 of proc_pid_mountinfo(5). */
function placesOf(devices: readonly string[], mountinfo: string): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const place = before.split(' ')[4];
    const device = after.split(' ')[1];
    return place !== undefined && device !== undefined && devices.includes(device) ? [unescaped(place)] : [];
  });
}

/** mountinfo writes white space and backslashes in octal. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
