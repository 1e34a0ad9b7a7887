import { type Ipv4Prefix, netmaskLength, parseIpv4, parseIpv4Prefix } from '../../../base/ipv4.ts';
import type { NetworkFile } from '../../types.ts';
import { isBackup, readShellFile, type ShellFile, valueIn } from '../text/shell.ts';
import { originalOf } from '../text/unmark.ts';

const folder = '/etc/sysconfig/network';

/** Routes of all interfaces (ifroute(5)). */
export const routesPath = `${folder}/routes`;

/** Settings for the DHCP clients of all interfaces (ifcfg-dhcp(5)). */
const dhcpPath = `${folder}/dhcp`;

/** Globs of every file that wicked reads for IPv4. */
export const wickedSources: readonly string[] = [
  `${folder}/ifcfg-*`,
  `${folder}/ifroute-*`,
  routesPath,
  dhcpPath,
];

/** An `ifcfg-NAME` file; its suffix is the interface's name (ifcfg(5)). */
export interface Interface {
  readonly file: ShellFile;
  readonly name: string;
  readonly isDhcp: boolean;
}

/** The interfaces' files, without loopback's. */
export function readInterfaces(files: readonly NetworkFile[]): Interface[] {
  const prefix = `${folder}/ifcfg-`;
  return files
    .filter(({ path }) => path.startsWith(prefix) && !isBackup(path) && path !== `${prefix}lo`)
    .map(readShellFile)
    .map((file) => ({
      file,
      name: file.path.slice(prefix.length),
      isDhcp: /^dhcp(4|\+.*)?$/i.test(valueIn(file, 'BOOTPROTO') ?? ''),
    }));
}

/** DHCLIENT_SET_DEFAULT_ROUTE in the file for all DHCP clients; undefined if not set there. */
export function sharedDefaultRoute(files: readonly NetworkFile[]): string | undefined {
  const file = files.find(({ path }) => path === dhcpPath);
  return file && valueIn(readShellFile(file), 'DHCLIENT_SET_DEFAULT_ROUTE');
}

/** The route files: `routes` and `ifroute-NAME`. */
export function routeFiles(files: readonly NetworkFile[]): NetworkFile[] {
  return files.filter(
    ({ path }) => path === routesPath || (path.startsWith(`${folder}/ifroute-`) && !isBackup(path)),
  );
}

/** Whether a line of a settings file has the form of one that rc-wait adds. */
export function hasOwnSettingForm(line: string): boolean {
  return /^\s*(DHCLIENT_SET_DEFAULT_ROUTE=no|STARTMODE=off)\s*$/.test(line);
}

/** Whether a line of a route file has the form of one that rc-wait adds. */
export function hasOwnRouteForm(line: string): boolean {
  return /^\s*default [\d.]+ - -\s*$/.test(line);
}

/** The files as they were before rc-wait. */
export function originalFiles(files: readonly NetworkFile[]): NetworkFile[] {
  const routes = new Set(routeFiles(files).map(({ path }) => path));
  return files.map(({ path, text }) => ({
    path,
    text: originalOf(text, routes.has(path) ? hasOwnRouteForm : hasOwnSettingForm),
  }));
}

/** The path of an interface's route file. */
export function routePathOf(name: string): string {
  return `${folder}/ifroute-${name}`;
}

/** The static IPv4 addresses of a file: `IPADDR`, `IPADDR_1`, … with PREFIXLEN or NETMASK of the same suffix. */
export function addressesOf(file: ShellFile): Ipv4Prefix[] {
  return file.assignments
    .flatMap(({ key, value }) => {
      const [, suffix] = /^IPADDR(\w*)$/.exec(key) ?? [];
      if (suffix === undefined || value === undefined) return [];
      const length = valueIn(file, `PREFIXLEN${suffix}`) || netmaskLength(valueIn(file, `NETMASK${suffix}`));
      return [parseIpv4Prefix(value.includes('/') ? value : `${parseIpv4(value)}/${length}`)];
    })
    .filter((prefix) => prefix !== undefined);
}
