import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, GatewayTarget, NetworkFile } from '../../types.ts';
import { dropInText, ownChanges, ownPathOf } from '../drop-in.ts';
import type { IniFile } from '../text/ini.ts';
import { editLines } from '../text/line-edit.ts';
import { originalUnits, publicUnits, refuseDisabling } from './public.ts';
import {
  addedResolvers,
  emptiedResolvers,
  lateContradictions,
  lateResolvers,
  resolversOf,
} from './resolvers.ts';
import {
  clearings,
  defaultRoutes,
  dhcpRoutes,
  dhcpSuppression,
  type NetworkdRoute,
  overruling,
  withoutSettings,
} from './routes.ts';
import { lateSettings, type Placed, type Unit } from './units.ts';

/** Lines of a file to disable. */
interface Off {
  readonly file: IniFile;
  readonly lines: readonly number[];
}

/** The input of an edit. */
export interface Start {
  readonly files: readonly NetworkFile[];
  /** the units as they are */
  readonly units: readonly Unit[];
  /** the unit of the gateway's interface */
  readonly home: Unit;
  readonly target: GatewayTarget;
}

/** The changes that make the gateway the only default route, and move the resolvers with it. */
export function changesOf(start: Start): FileChange[] {
  const { files, units, home, target } = start;
  const kept = keptRoute(start);
  const off: Off[] = units.flatMap(defaultRoutes).filter((route) => !stays(route, kept, home, target));
  const roles = rolesOf(start);
  const wanted = new Map<string, string>();
  for (const unit of units) {
    const late = overruling(unit, dhcpSuppression(unit));
    const resolvers = resolverSettings(unit, home, roles);
    const others =
      unit === home
        ? [...lateContradictions(unit, resolvers), ...lateClearings(unit)]
        : hasName(roles.publics, unit)
          ? lateResolvers(unit)
          : [];
    off.push(...[...late, ...others].map(offOf));
    // Without the later settings there may be nothing left to silence.
    const rest = withoutSettings(unit, new Set(late.map(({ setting }) => setting)));
    const text = dropInText([
      ['Network', resolvers],
      ['Route', unit === home && !kept ? [`Gateway=${target.gateway}`, 'Destination=0.0.0.0/0'] : []],
      ['DHCPv4', dhcpSuppression(rest)],
      ['Link', hasName(roles.disabled, unit) ? [downPolicy] : []],
    ]);
    if (text !== undefined) wanted.set(ownPathOf(unit), text);
  }
  const byFile = Map.groupBy(off, ({ file }) => file);
  return [
    ...[...byFile].map(([file, group]) => changeOf(file, new Set(group.flatMap(({ lines }) => lines)))),
    ...ownChanges(files, wanted),
  ];
}

/** The wanted route, if a file has it already. A route with a metric could lose to a default route from DHCP. */
function keptRoute({ units, home, target }: Start): NetworkdRoute | undefined {
  const metrics = units
    .map(dhcpRoutes)
    .flatMap(({ routes, gateway, metric }) => (routes || gateway ? [metric] : []));
  return defaultRoutes(home).find(
    ({ via, file, metric, isCleared }) =>
      via === target.gateway &&
      !isCleared &&
      !isVolatile(file) &&
      !metrics.some((one) => one !== 0 && one <= metric),
  );
}

/** An empty Gateway= behind rc-wait's drop-in would clear the gateway. */
function lateClearings(unit: Unit): Placed[] {
  const late = lateSettings(unit, 'Network').map(({ setting }) => setting);
  return clearings(unit).filter(({ setting }) => late.includes(setting));
}

/** Units as they were before rc-wait, by their role in the edit. */
interface Roles {
  readonly publics: readonly Unit[];
  readonly disabled: readonly Unit[];
  /** the gateway's unit, which may have been public once */
  readonly home: Unit | undefined;
}

function rolesOf({ files, units, home, target }: Start): Roles {
  const originals = originalUnits(files);
  const publics = publicUnits(units, originals, home, target);
  const disabled = target.publicInterface === 'disable' ? publics : [];
  refuseDisabling(disabled, originals);
  return { publics, disabled, home: originals.find(({ name }) => name === home.name) };
}

function resolverSettings(unit: Unit, home: Unit, { publics, home: original = home }: Roles): string[] {
  if (unit === home) return addedResolvers(home, resolversOf(original), publics.map(resolversOf));
  return hasName(publics, unit) ? emptiedResolvers(unit) : [];
}

/**
 * Keeps the link down, now and at boot, against everything that would bring it up, and no boot waits for it
 * (systemd.network(5); seen with 252). Unmanaged= would leave the link as it is. Needs systemd 248; older
 * releases ignore it, and the interface stays up.
 */
const downPolicy = 'ActivationPolicy=always-down';

function hasName(units: readonly Unit[], { name }: Unit): boolean {
  return units.some((unit) => unit.name === name);
}

function offOf({ file, setting }: Placed): Off {
  return { file, lines: setting.lines };
}

/** Whether a route stays: the kept one, or the wanted one in /run, which the next boot removes. */
function stays(
  route: NetworkdRoute,
  kept: NetworkdRoute | undefined,
  home: Unit,
  target: GatewayTarget,
): boolean {
  const { file, via, lines } = route;
  if (file === kept?.file && lines[0] === kept.lines[0]) return true;
  return isVolatile(file) && file === home.file && via === target.gateway;
}

function changeOf({ path, text }: IniFile, off: ReadonlySet<number>): FileChange {
  const after = editLines(text, { off, gone: new Set(), added: [] }, () => false);
  if (isVolatile({ path })) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot remove the default route from ${path}: the program that writes this file at each boot would restore it`,
      {
        hint: path.includes('/10-netplan-')
          ? 'netplan writes that file: take the default route out below /etc/netplan'
          : 'find the program that writes this file, and remove the default route from its configuration',
      },
    );
  }
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o644 };
  // Packages own the files in /usr; a file of the same name in /etc hides them (systemd.network(5)).
  const name = path.slice(path.indexOf('/systemd/network/'));
  return { path: `/etc${name}`, before: undefined, after, mode: 0o644 };
}

function isVolatile({ path }: { readonly path: string }): boolean {
  return path.startsWith('/run/');
}
