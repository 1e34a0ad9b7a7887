import { type Ipv4Prefix, netmaskLength, parseIpv4Prefix } from '../../../base/ipv4.ts';
import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { nameOf } from '../text/glob.ts';
import { isBackup, type ShellFile, valueIn } from '../text/shell.ts';
import { originalOf } from '../text/unmark.ts';
import { withSourced } from './sourced.ts';

const folder = '/etc/sysconfig/network-scripts';

/** Settings for all interfaces, sourced before each interface's own file. */
export const globalPath = '/etc/sysconfig/network';

/** Routes without an interface of their own, which /etc/init.d/network sets after all interfaces are up. */
export const staticRoutesPath = '/etc/sysconfig/static-routes';

/** Globs of every file that the network-scripts of RHEL read for IPv4. */
export const ifcfgSources: readonly string[] = [
  `${folder}/ifcfg-*`,
  `${folder}/route-*`,
  globalPath,
  staticRoutesPath,
];

/** An `ifcfg-NAME` file and its `route-NAME`. */
export interface Interface {
  readonly file: ShellFile;
  /** the device that the file names, else the one in the file's name */
  readonly device: string;
  /** it gives a MAC address and no device, so the file's name need not be the device's */
  readonly isLabel: boolean;
  /** lower case; undefined if the file gives none */
  readonly macAddress: string | undefined;
  readonly isDhcp: boolean;
  readonly routePath: string;
}

/** The interfaces' files, without those of loopback and of ports of a bond or bridge, which have no routes. */
export function readInterfaces(files: readonly NetworkFile[]): Interface[] {
  return readAllInterfaces(files).filter(
    ({ file, device }) => device !== 'lo' && !['MASTER', 'BRIDGE'].some((key) => valueIn(file, key)),
  );
}

/** Every interface's file. */
export function readAllInterfaces(files: readonly NetworkFile[]): Interface[] {
  return files
    .filter(({ path }) => path.startsWith(`${folder}/ifcfg-`) && !isBackup(path))
    .map((file) => withSourced(file, files))
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

/** The device that a file names. NetworkManager names a VLAN without a name after its parent and its number. */
function deviceOf(file: ShellFile): string | undefined {
  const [device, parent, id] = ['DEVICE', 'PHYSDEV', 'VLAN_ID'].map((key) => valueIn(file, key));
  if (device || !parent || !id || isNo(valueIn(file, 'VLAN') ?? 'no')) return device;
  return `${parent}.${id}`;
}

/** Whether a line of a settings file has the form of one that rc-wait adds. */
export function hasOwnSettingForm(line: string): boolean {
  return /^\s*(GATEWAY=[\d.]+|DEFROUTE=(yes|no)|DNS\d+=[\w.:%-]+|DOMAIN="[\w.~ -]+"|ONBOOT=no)\s*$/.test(
    line,
  );
}

/** Whether a line of a route file has the form of one that rc-wait adds. */
export function hasOwnRouteForm(line: string): boolean {
  return /^\s*(0\.0\.0\.0\/0 via [\d.]+ dev \S+|(ADDRESS|NETMASK|GATEWAY)\d+=[\d.]+)\s*$/.test(line);
}

/** Whether NetworkManager reads a word as no; older scripts only know "no". */
export function isNo(word: string): boolean {
  return /^(no|n|false|f|off|0)$/i.test(word);
}

/** The files as they were before rc-wait. */
export function originalFiles(files: readonly NetworkFile[]): NetworkFile[] {
  return files.map(({ path, text }) => ({
    path,
    text: originalOf(text, path.startsWith(`${folder}/route-`) ? hasOwnRouteForm : hasOwnSettingForm),
  }));
}

/** The files of static routes. */
export function routeFiles(files: readonly NetworkFile[]): NetworkFile[] {
  return files.filter(({ path }) => path.startsWith(`${folder}/route-`) && !isBackup(path));
}

/** Whether a file is for an interface: by the device that it names, or by its MAC address if it names no device. */
export function isFor({ file, device, macAddress }: Interface, link: InterfaceRef): boolean {
  if (link.file !== undefined) return file.path === link.file;
  const isByMac = macAddress !== undefined && macAddress === link.macAddress?.toLowerCase();
  return device === link.interfaceName || (isByMac && valueIn(file, 'DEVICE') === undefined);
}

/** The static IPv4 addresses of a file: `IPADDR`, `IPADDR0`, … with PREFIX or NETMASK of the same number. */
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
