import { RcWaitError } from '../../base/error.ts';
import type { FileChange, GatewayWish, NetworkFile } from '../types.ts';
import { nameOf } from './glob.ts';
import type { IniFile } from './ini-file.ts';
import { editLines } from './line-edit.ts';
import { offMark } from './marks.ts';
import {
  type DefaultRoute,
  defaultRoutes,
  dhcpRoutes,
  overruling,
  withoutSettings,
} from './networkd-routes.ts';
import { ownDropIn, type Unit } from './networkd-units.ts';

const header = `# Written by rc-wait: the one default route of this server. Changes here are lost.
# To undo it: remove all files of this name; in the other files below
# /etc/systemd/network take away the marks "${offMark}"; then run
# "networkctl reload" and "networkctl reconfigure" with the interfaces' names.
`;

/** Lines of a file that go out of use. */
interface Off {
  readonly file: IniFile;
  readonly lines: readonly number[];
}

/** The changes that make our gateway the one default route: in `home`, and out of everything else. */
export function changesOf(
  files: readonly NetworkFile[],
  units: readonly Unit[],
  home: Unit,
  wish: GatewayWish,
): FileChange[] {
  const kept = defaultRoutes(home).find(({ via, file }) => via === wish.gateway && !isVolatile(file));
  const off: Off[] = units.flatMap(defaultRoutes).filter((route) => !stays(route, kept, home, wish));
  const wanted = new Map<string, string>();
  for (const unit of units) {
    const isHome = unit === home;
    const late = overruling(unit, ownDropIn, silencedKeys(unit, isHome));
    off.push(...late.map(({ file, setting }) => ({ file, lines: setting.lines })));
    // Without those there may be nothing left to silence.
    const rest = withoutSettings(unit, new Set(late.map(({ setting }) => setting)));
    const text = dropInText(isHome && kept === undefined ? wish : undefined, silencedKeys(rest, isHome));
    if (text !== undefined) wanted.set(ownPathOf(unit), text);
  }
  const byFile = Map.groupBy(off, ({ file }) => file);
  return [
    ...[...byFile].map(([file, group]) => changeOf(file, new Set(group.flatMap(({ lines }) => lines)))),
    ...ownChanges(files, wanted),
  ];
}

/** The one route that is as wished already; and such ones in /run, which are left to the next boot. */
function stays(route: DefaultRoute, kept: DefaultRoute | undefined, home: Unit, wish: GatewayWish): boolean {
  const { file, via, lines } = route;
  if (file === kept?.file && lines[0] === kept.lines[0]) return true;
  return isVolatile(file) && file === home.file && via === wish.gateway;
}

/**
 * What a unit must not take from DHCP any more. On the interface itself the other
 * routes that DHCP brings stay; elsewhere they go as well, for networkd takes a
 * default route out of option 121 even where the router is not wanted (seen with
 * 252).
 */
function silencedKeys(unit: Unit, isHome: boolean): string[] {
  const { routes, gateway } = dhcpRoutes(unit);
  if (isHome) return gateway ? ['UseGateway'] : [];
  return routes || gateway ? ['UseRoutes', 'UseGateway'] : [];
}

function dropInText(wish: GatewayWish | undefined, silenced: readonly string[]): string | undefined {
  const route = wish && `[Route]\nGateway=${wish.gateway}\nDestination=0.0.0.0/0\n`;
  const dhcp = silenced.length > 0 && `[DHCPv4]\n${silenced.map((key) => `${key}=false\n`).join('')}`;
  const sections = [route, dhcp].filter(Boolean);
  return sections.length === 0 ? undefined : [header, ...sections].join('\n');
}

/** Where our own drop-in for a unit is. */
export function ownPathOf({ name }: Unit): string {
  return `/etc/systemd/network/${name}.d/${ownDropIn}`;
}

/** Our own drop-ins as they shall be; those of an earlier wish go. */
function ownChanges(files: readonly NetworkFile[], wanted: ReadonlyMap<string, string>): FileChange[] {
  const own = files.filter(({ path }) => path.startsWith('/etc/') && nameOf(path) === ownDropIn);
  const before = new Map(own.map(({ path, text }) => [path, text]));
  return [...new Set([...wanted.keys(), ...before.keys()])]
    .map((path) => ({ path, before: before.get(path), after: wanted.get(path), mode: 0o644 }))
    .filter((change) => change.before !== change.after);
}

function changeOf({ path, text }: IniFile, off: ReadonlySet<number>): FileChange {
  const after = editLines(text, { off, gone: new Set(), added: [] }, () => false);
  if (isVolatile({ path })) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot take the default route out of ${path}: what writes it at each boot would put it back`,
      {
        hint: path.includes('/10-netplan-')
          ? 'netplan writes that file: take the default route out below /etc/netplan'
          : 'find what writes that file and take the default route out there',
      },
    );
  }
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o644 };
  // A package owns what is in /usr; a file of the same name in /etc hides it (systemd.network(5)).
  const name = path.slice(path.indexOf('/systemd/network/'));
  return { path: `/etc${name}`, before: undefined, after, mode: 0o644 };
}

function isVolatile({ path }: { readonly path: string }): boolean {
  return path.startsWith('/run/');
}
