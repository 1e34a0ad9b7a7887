import { contains, parseIpv4 } from '../../../base/ipv4.ts';
import type { GatewayTarget, NetworkFile } from '../../types.ts';
import { impliedBy, type StackedLink } from '../stacked-on.ts';
import { ownLines } from '../text/line-edit.ts';
import { linesOf } from '../text/marks.ts';
import { valueIn } from '../text/shell.ts';
import {
  addressesOf,
  hasOwnSettingForm,
  type Interface,
  originalFiles,
  readInterfaces,
  routeFiles,
  routePathOf,
  sharedDefaultRoute,
} from './files.ts';
import { defaultsOf, type RouteDefault } from './routes.ts';

/** Interfaces other than the gateway's with a default route in the files, now or before rc-wait changed them. */
export function publicNames(files: readonly NetworkFile[], { interfaceName }: GatewayTarget): string[] {
  const originals = originalFiles(files);
  const interfaces = readInterfaces(originals);
  const shared = sharedDefaultRoute(originals);
  const byRoute = routeFiles(originals).flatMap(({ path, text }) =>
    defaultsOf(text).map((route) => deviceOf(route, path, interfaces)),
  );
  return interfaces
    .filter(
      ({ file, name, isDhcp }) =>
        byRoute.includes(name) ||
        (isDhcp && (valueIn(file, 'DHCLIENT_SET_DEFAULT_ROUTE') ?? shared) !== 'no'),
    )
    .map(({ name }) => name)
    .filter((name) => name !== interfaceName);
}

/** A route's interface: its file's, else the one it names, else (in `routes`) the one that reaches its gateway. */
export function deviceOf(
  { device, via }: RouteDefault,
  path: string,
  interfaces: readonly Interface[],
): string | undefined {
  const gateway = parseIpv4(via);
  const byFile = interfaces.find(({ name }) => routePathOf(name) === path);
  const byPrefix = interfaces.find(({ file }) =>
    addressesOf(file).some((prefix) => gateway !== undefined && contains(prefix, gateway)),
  );
  return byFile?.name ?? device ?? byPrefix?.name;
}

/** The interfaces that rc-wait's own STARTMODE=off keeps down. */
export function disabledNames(files: readonly NetworkFile[]): string[] {
  return readInterfaces(files)
    .filter(({ file: { text } }) => {
      const lines = linesOf(text);
      return [...ownLines(text, hasOwnSettingForm)].some(
        (index) => lines[index]?.text.trim() === 'STARTMODE=off',
      );
    })
    .map(({ name }) => name);
}

/** Which interfaces are stacked on which (ifcfg-vlan(5), -bonding(5), -bridge(5), -team(5), -macvlan(5)). */
export function stackedLinksOf(files: readonly NetworkFile[]): StackedLink[] {
  const lowerKey = /^(ETHERDEVICE|MACVLAN_DEVICE|BRIDGE_PORTS|BONDING_SLAVE_?\d+|TEAM_PORT_DEVICE_?\d+)$/;
  return readInterfaces(files).flatMap(({ file, name }) => {
    const { path, assignments } = file;
    const lowers = assignments
      .filter(({ key }) => lowerKey.test(key))
      .flatMap(({ value }) => value?.split(/\s+/) ?? [])
      .filter((lower) => lower !== '');
    return [
      ...impliedBy([name], path),
      ...lowers.map((lower) => ({ upper: name, lower, path, isPort: false })),
    ];
  });
}
