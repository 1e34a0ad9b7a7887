import { contains, parseIpv4 } from '../../../base/ipv4.ts';
import type { GatewayTarget, NetworkFile } from '../../types.ts';
import { impliedBy, type StackedLink } from '../stacked-on.ts';
import { ownLines } from '../text/line-edit.ts';
import { linesOf } from '../text/marks.ts';
import { type ShellFile, valueIn } from '../text/shell.ts';
import {
  addressesOf,
  globalPath,
  hasOwnSettingForm,
  type Interface,
  isNo,
  originalFiles,
  readAllInterfaces,
  readInterfaces,
  routeFiles,
  staticRoutesPath,
} from './files.ts';
import { readRouteFile, staticDefaults } from './routes.ts';
import { withSourced } from './sourced.ts';

/** Devices other than the gateway's with a default route in the files, now or before rc-wait changed them. */
export function publicDevices(files: readonly NetworkFile[], target: GatewayTarget): string[] {
  return [...new Set(publicOriginals(files, target).map(({ device }) => device))];
}

/** The files of these devices as they were before rc-wait. */
export function publicOriginals(files: readonly NetworkFile[], target: GatewayTarget): Interface[] {
  const originals = originalFiles(files);
  const interfaces = readInterfaces(originals);
  const global = originals
    .filter(({ path }) => path === globalPath)
    .map((file) => withSourced(file, originals))[0];
  const holders = interfaces.filter((one) => holdsDefault(one, global, originals));
  const names = new Set(holders.map(({ device }) => parentOf(device)));
  const gatewayInterface = target.macAddress?.toLowerCase();
  return interfaces.filter(
    ({ device, macAddress }) =>
      names.has(device) &&
      device !== target.interfaceName &&
      (macAddress === undefined || macAddress !== gatewayInterface),
  );
}

/** `eth0` for the aliases `eth0:1` and `eth0-range0`, which ifup-aliases brings up with it. */
export function parentOf(device: string): string {
  const [name = device] = device.split(':', 1);
  return name === device ? device.replace(/-range\d*$/, '') : name;
}

/** Whether a file gives a default route by the rules of ifup-eth and ifup-routes, which read the global file first. */
function holdsDefault(
  { file, device, isDhcp, routePath }: Interface,
  global: ShellFile | undefined,
  files: readonly NetworkFile[],
): boolean {
  const routes = routeFiles(files).filter(({ path }) => path === routePath);
  if (routes.some((one) => readRouteFile(one).defaults.length > 0)) return true;
  const ways = files.filter(({ path }) => path === staticRoutesPath).flatMap(staticDefaults);
  if (ways.some((way) => (way.device === undefined ? reaches(file, way.via) : way.device === device)))
    return true;
  const value = (key: string) => valueIn(file, key) ?? (global && valueIn(global, key));
  if (isNo(value('DEFROUTE') ?? 'yes')) return false;
  const only = value('GATEWAYDEV');
  if (only) return only === device;
  const shared = parseIpv4((global && valueIn(global, 'GATEWAY')) ?? '');
  return (
    isDhcp ||
    file.assignments.some((one) => /^GATEWAY\d*$/.test(one.key) && one.value !== '') ||
    (shared !== undefined && addressesOf(file).some((prefix) => contains(prefix, shared)))
  );
}

/** Whether a gateway lies in a network of the file's addresses. */
function reaches(file: ShellFile, via: string | undefined): boolean {
  const gateway = parseIpv4(via ?? '');
  return gateway !== undefined && addressesOf(file).some((prefix) => contains(prefix, gateway));
}

/** The devices that rc-wait's own ONBOOT=no keeps down. */
export function disabledDevices(files: readonly NetworkFile[]): string[] {
  return readInterfaces(files)
    .filter(({ file: { text } }) => {
      const lines = linesOf(text);
      return [...ownLines(text, hasOwnSettingForm)].some(
        (index) => lines[index]?.text.trim() === 'ONBOOT=no',
      );
    })
    .map(({ device }) => device);
}

/** Which devices are stacked on which: VLANs on their links, masters on their ports. */
export function stackedLinksOf(files: readonly NetworkFile[]): StackedLink[] {
  return readAllInterfaces(files).flatMap(({ file, device }) => {
    const { path } = file;
    const named = (keys: readonly string[]) => keys.flatMap((key) => valueIn(file, key) || []);
    return [
      ...impliedBy([device], path),
      ...named(['PHYSDEV', 'MACVLAN_PARENT']).map((lower) => ({ upper: device, lower, path, isPort: false })),
      ...named(['MASTER', 'BRIDGE', 'TEAM_MASTER']).map((upper) => ({
        upper,
        lower: device,
        path,
        isPort: true,
      })),
    ];
  });
}
