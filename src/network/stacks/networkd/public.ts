import type { NetworkFile, Target } from '../../types.ts';
import { cannotDisable, refuseStanding } from '../stacked-on.ts';
import { systemdDialect } from '../text/ini.ts';
import { originalIni } from '../text/ini-original.ts';
import { isForOneOnly, judgeMatch } from './match.ts';
import { lateResolvers } from './resolvers.ts';
import { defaultRoutes, dhcpRoutes } from './routes.ts';
import { interfaceNameOf, isUnmanaged, lateSettings, readUnits, sectionsOf, type Unit } from './units.ts';

/** The units as they were before we put lines out of use; our own drop-ins left out. */
export function originalUnits(files: readonly NetworkFile[]): Unit[] {
  // Our drop-ins are files of our own: no line of ours stands in another.
  return readUnits(files.map((file) => originalIni(file, () => false, systemdDialect)));
}

/**
 * The units but that of the gateway that bring an IPv4 default route, or did so before us.
 * @param live the units as they are
 * @param originals the units as they were before us, of which some are returned
 */
export function publicUnits(
  live: readonly Unit[],
  originals: readonly Unit[],
  home: Unit,
  target: Target,
): Unit[] {
  return originals.filter((unit) => {
    if (unit.name === home.name || isUnmanaged(unit) || isHidden(unit, target)) return false;
    const { routes, gateway } = dhcpRoutes(unit);
    // Its default route may have been rewritten in one file, its resolvers still be put out of use in another.
    const now = live.find(({ name }) => name === unit.name);
    const hasMoved = now !== undefined && lateResolvers(now).length < lateResolvers(unit).length;
    return defaultRoutes(unit).length > 0 || routes || gateway || hasMoved;
  });
}

/** One for the gateway's interface alone, which goes by another: it is never used. */
function isHidden(unit: Unit, target: Target): boolean {
  const match = sectionsOf(unit, 'Match');
  return isForOneOnly(match) && judgeMatch(match, target) === 'yes';
}

/** Settings of [Network] that name what stands on the unit's interface. */
const upperKeys = new Set([
  ...['Bond', 'Bridge', 'VLAN', 'VXLAN', 'MACVLAN', 'MACVTAP', 'IPVLAN', 'IPVTAP'],
  ...['IPoIB', 'MACsec', 'Tunnel', 'Xfrm', 'BatmanAdvanced'],
]);

/**
 * Refuses to disable units that others share, or on which others stand.
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
    if (late) throw cannotDisable(name, `${late.file.path} sets ActivationPolicy= after us`);
    // With it networkd takes ActivationPolicy=bound, whatever is said (systemd.network(5)).
    const bound = settingsOf(unit).find(({ key, value }) => key === 'BindCarrier' && value !== '');
    if (bound) throw cannotDisable(name, `${unit.file.path} lets it follow ${bound.value} (BindCarrier=)`);
  }
  refuseStanding(
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
