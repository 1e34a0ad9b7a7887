import { type Ipv4Prefix, netmaskLength, parseIpv4Prefix } from '../../../base/ipv4.ts';
import type { NetworkFile, Target } from '../../types.ts';
import { nameOf } from '../text/glob.ts';
import { isBackup, readShellFile, type ShellFile, valueIn } from '../text/shell.ts';
import { originalOf } from '../text/unmark.ts';

const folder = '/etc/sysconfig/network-scripts';

/** What counts for all interfaces; sourced before each interface's own file. */
export const globalPath = '/etc/sysconfig/network';

/** Routes of no interface in particular, which /etc/init.d/network sets after all interfaces are up. */
export const staticRoutesPath = '/etc/sysconfig/static-routes';

/** Globs of all that the network-scripts of RHEL read for IPv4. */
export const ifcfgSources: readonly string[] = [
  `${folder}/ifcfg-*`,
  `${folder}/route-*`,
  globalPath,
  staticRoutesPath,
];

/** `ifcfg-NAME` with the `route-NAME` beside it. */
export interface Interface {
  readonly file: ShellFile;
  /** the device that it names, or else the one that its name names */
  readonly device: string;
  /** it names no device, but a MAC address: then the file's name need not be the device's */
  readonly isLabel: boolean;
  /** lower case; undefined where it names none */
  readonly macAddress: string | undefined;
  readonly isDhcp: boolean;
  readonly routePath: string;
}

/** The interfaces' files, those of loopback and of ports of a bond or bridge left out: they have no routes. */
export function readInterfaces(files: readonly NetworkFile[]): Interface[] {
  return readAllInterfaces(files).filter(
    ({ file, device }) => device !== 'lo' && !['MASTER', 'BRIDGE'].some((key) => valueIn(file, key)),
  );
}

/** The interfaces' files. */
export function readAllInterfaces(files: readonly NetworkFile[]): Interface[] {
  return files
    .filter(({ path }) => path.startsWith(`${folder}/ifcfg-`) && !isBackup(path))
    .map(readShellFile)
    .map((file) => {
      const name = nameOf(file.path).slice('ifcfg-'.length);
      return {
        file,
        device: deviceOf(file) || name,
        isLabel: !deviceOf(file) && Boolean(valueIn(file, 'HWADDR')),
        macAddress: valueIn(file, 'HWADDR')?.toLowerCase(),
        isDhcp: /^(dhcp|bootp)$/i.test(valueIn(file, 'BOOTPROTO') ?? ''),
        routePath: `${folder}/route-${deviceOf(file) || name}`,
      };
    });
}

/** The device that a file names. NetworkManager gives a VLAN without a name that of its parent with its number. */
function deviceOf(file: ShellFile): string | undefined {
  const [device, parent, id] = ['DEVICE', 'PHYSDEV', 'VLAN_ID'].map((key) => valueIn(file, key));
  if (device || !parent || !id || isNo(valueIn(file, 'VLAN') ?? 'no')) return device;
  return `${parent}.${id}`;
}

/** Whether a line of a file of settings looks like one of ours. */
export function isOurSetting(line: string): boolean {
  return /^\s*(GATEWAY=[\d.]+|DEFROUTE=(yes|no)|DNS\d+=[\w.:%-]+|DOMAIN="[\w.~ -]+"|ONBOOT=no)\s*$/.test(
    line,
  );
}

/** Whether a line of a file of static routes looks like one of ours. */
export function isOurRoute(line: string): boolean {
  return /^\s*(0\.0\.0\.0\/0 via [\d.]+ dev \S+|(ADDRESS|NETMASK|GATEWAY)\d+=[\d.]+)\s*$/.test(line);
}

/** What NetworkManager takes for no; older scripts know nothing but "no". */
export function isNo(word: string): boolean {
  return /^(no|n|false|f|off|0)$/i.test(word);
}

/** The files as others wrote them. */
export function originalFiles(files: readonly NetworkFile[]): NetworkFile[] {
  return files.map(({ path, text }) => ({
    path,
    text: originalOf(text, path.startsWith(`${folder}/route-`) ? isOurRoute : isOurSetting),
  }));
}

/** The files of static routes. */
export function routeFiles(files: readonly NetworkFile[]): NetworkFile[] {
  return files.filter(({ path }) => path.startsWith(`${folder}/route-`) && !isBackup(path));
}

/** The file that is for an interface: by the device that it names, or by its MAC address alone. */
export function isFor({ file, device, macAddress }: Interface, target: Target): boolean {
  if (target.file !== undefined) return file.path === target.file;
  const isByMac = macAddress !== undefined && macAddress === target.macAddress?.toLowerCase();
  return device === target.interfaceName || (isByMac && valueIn(file, 'DEVICE') === undefined);
}

/** The static IPv4 addresses of a file: `IPADDR`, `IPADDR0`, `IPADDR1`, … with PREFIX or NETMASK of the same number. */
export function addressesOf(file: ShellFile): Ipv4Prefix[] {
  return file.assignments
    .flatMap(({ key, value }) => {
      const [, number] = /^IPADDR(\d*)$/.exec(key) ?? [];
      if (number === undefined || value === undefined) return [];
      const length = valueIn(file, `PREFIX${number}`) || netmaskLength(valueIn(file, `NETMASK${number}`));
      return [parseIpv4Prefix(value.includes('/') ? value : `${value}/${length}`)];
    })
    .filter((prefix) => prefix !== undefined);
}
