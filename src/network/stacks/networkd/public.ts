import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { cannotDisable, refuseStacked } from '../stacked-on.ts';
import { systemdDialect } from '../text/ini.ts';
import { originalIni } from '../text/ini-original.ts';
import { isForOneOnly, judgeMatch } from './match.ts';
import { lateResolvers } from './resolvers.ts';
import { defaultRoutes, dhcpRoutes } from './routes.ts';
import { interfaceNameOf, isUnmanaged, lateSettings, readUnits, sectionsOf, type Unit } from './units.ts';

/** The units as they were before rc-wait disabled lines, without its own drop-ins. */
export function originalUnits(files: readonly NetworkFile[]): Unit[] {
  // rc-wait adds no lines to files of others, only drop-ins of its own.
  return readUnits(files.map((file) => originalIni(file, () => false, systemdDialect)));
}

/**
 * Units other than the gateway's that bring an IPv4 default route, or did before rc-wait changed them.
 * @param live the units as they are
 * @param originals the units as they were before rc-wait; the result is a part of these
 */
export function publicUnits(
  live: readonly Unit[],
  originals: readonly Unit[],
  home: Unit,
  link: InterfaceRef,
): Unit[] {
  return originals.filter((unit) => {
    if (unit.name === home.name || isUnmanaged(unit) || isHidden(unit, link)) return false;
    const { routes, gateway } = dhcpRoutes(unit);
    // Somebody may have rewritten its default route in one file while its resolvers are still disabled in another.
    const now = live.find(({ name }) => name === unit.name);
    const hasMoved = now !== undefined && lateResolvers(now).length < lateResolvers(unit).length;
    return defaultRoutes(unit).length > 0 || routes || gateway || hasMoved;
  });
}

/** Whether a unit is only for the gateway's interface, which uses another unit: networkd never applies it. */
function isHidden(unit: Unit, link: InterfaceRef): boolean {
  const match = sectionsOf(unit, 'Match');
  return isForOneOnly(match) && judgeMatch(match, link) === 'yes';
}

/** Settings of [Network] that name interfaces stacked on the unit's. */
const upperKeys = new Set([
  ...['Bond', 'Bridge', 'VLAN', 'VXLAN', 'MACVLAN', 'MACVTAP', 'IPVLAN', 'IPVTAP'],
  ...['IPoIB', 'MACsec', 'Tunnel', 'Xfrm', 'BatmanAdvanced'],
]);

/**
 * Refuses to disable units for several interfaces, and those on which others are stacked.
 * @param all every unit
 * @throws RcWaitError NETWORK_FILE
 */
export function refuseDisabling(publics: readonly Unit[], all: readonly Unit[]): void {
  for (const unit of publics) {
    const name = interfaceNameOf(unit);
    if (!isForOneOnly(sectionsOf(unit, 'Match'))) {
      throw cannotDisable(name, `${unit.file.path} may be for other interfaces as well`);
    }
    const late = lateSettings(unit, 'Link').find(({ setting }) => setting.key === 'ActivationPolicy');
    if (late)
      throw cannotDisable(
        name,
        `${late.file.path} sets ActivationPolicy= in a file that is read after rc-wait's`,
      );
    // With BindCarrier= networkd uses ActivationPolicy=bound, whatever is set (systemd.network(5)).
    const bound = settingsOf(unit).find(({ key, value }) => key === 'BindCarrier' && value !== '');
    if (bound) throw cannotDisable(name, `${unit.file.path} lets it follow ${bound.value} (BindCarrier=)`);
  }
  refuseStacked(
    publics.map(interfaceNameOf),
    all.flatMap((unit) =>
      settingsOf(unit)
        .filter(({ key }) => upperKeys.has(key))
        .flatMap(({ value }) => value.split(/\s+/).filter(Boolean))
        .map((upper) => ({ upper, lower: interfaceNameOf(unit), path: unit.file.path, isPort: false })),
    ),
  );
}

function settingsOf(unit: Unit) {
  return sectionsOf(unit, 'Network').flatMap(({ settings }) => settings);
}
