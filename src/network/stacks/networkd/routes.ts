import { parseIpv4 } from '../../../base/ipv4.ts';
import { type IniFile, lastValue, type Section, type Setting } from '../text/ini.ts';
import { lateSettings, type Placed, placedSettings, sectionsOf, truth, type Unit } from './units.ts';

/** An IPv4 default route of the main table in a file. */
export interface NetworkdRoute {
  readonly file: IniFile;
  /** the gateway; undefined if it has none */
  readonly via: string | undefined;
  /** lower wins; 0 if not set */
  readonly metric: number;
  /** indexes of its lines */
  readonly lines: readonly number[];
  /** an empty Gateway= in a later line or file clears it, see `clearings` */
  readonly isCleared: boolean;
}

/** From this release on, an empty Gateway= in [Network] clears all routes of the unit that stand before it. */
export const clearingRelease = 257;

/**
 * The empty Gateway= of [Network] in a unit and its drop-ins. systemd 257 clears with it every route of the lines and
 * files before, those of [Route] sections too (config_parse_route_section() in networkd-route.c); older releases
 * ignore it.
 */
export function clearings(unit: Unit): Placed[] {
  return placedSettings(unit, 'Network').filter(
    ({ setting: { key, value } }) => key === 'Gateway' && value === '',
  );
}

/** Every IPv4 default route of the main table in a unit's file and drop-ins. */
export function defaultRoutes(unit: Unit): NetworkdRoute[] {
  // The routes of an interface in a VRF belong to the table of the VRF.
  if (lastValue(sectionsOf(unit, 'Network'), 'VRF')) return [];
  const files = [unit.file, ...unit.dropIns];
  const places = clearings(unit).map(({ file, setting }) => ({
    at: files.indexOf(file),
    lines: setting.lines,
  }));
  return files.flatMap((file, at) =>
    file.sections.flatMap((section) => {
      const isNetwork = section.name === 'Network';
      const routes = isNetwork ? networkDefaults(file, section) : routeDefault(file, section);
      return routes.map((route) => ({
        ...route,
        isCleared: places.some(
          (place) => place.at > at || (place.at === at && (place.lines[0] ?? 0) > (route.lines.at(-1) ?? 0)),
        ),
      }));
    }),
  );
}

function networkDefaults(file: IniFile, { settings }: Section): Omit<NetworkdRoute, 'isCleared'>[] {
  return settings
    .filter(
      ({ key, value }) =>
        (key === 'Gateway' && isIpv4(value)) || (key === 'DefaultRouteOnDevice' && truth(value) === true),
    )
    .map(({ key, value, lines }) => ({ file, via: key === 'Gateway' ? value : undefined, metric: 0, lines }));
}

/**
 * A `[Route]` section without a destination is a default route if it names a gateway or a preferred source. networkd masks
 * a destination by its length, so each one of length 0 is, too (networkd-route.c). Other tables belong to policy rules,
 * which rc-wait leaves alone; a black hole carries nothing.
 */
function routeDefault(file: IniFile, section: Section): Omit<NetworkdRoute, 'isCleared'>[] {
  if (section.name !== 'Route') return [];
  const setting = (key: string) => lastValue([section], key) || undefined;
  const [gateway, destination] = [setting('Gateway'), setting('Destination')];
  const [nexthop] = (setting('MultiPathRoute') ?? '').split(/[@\s]/);
  const isDefaultPrefix = destination === undefined || /^\d+(\.\d+){3}\/0+$/.test(destination);
  const isMain = [undefined, 'main', '254'].includes(setting('Table'));
  const isUnicast = [undefined, 'unicast'].includes(setting('Type'));
  const via = gateway ?? nexthop;
  // networkd ignores a section that names none of these.
  const isForIpv4 = via
    ? isIpv4(via) || via === '_dhcp4'
    : destination !== undefined || isIpv4(setting('PreferredSource') ?? '');
  if (!isDefaultPrefix || !isMain || !isUnicast || !isForIpv4) return [];
  const lines = [...section.head, ...section.settings.flatMap((one) => one.lines)];
  return [{ file, via: gateway, metric: Number(setting('Metric') ?? 0), lines }];
}

function isIpv4(text: string): boolean {
  return parseIpv4(text) !== undefined;
}

/** The sections with the settings of the DHCPv4 client; the second is the name before systemd 243. */
const dhcpSections = ['DHCPv4', 'DHCP'];

/** The default routes that a unit accepts from DHCP. */
export interface DhcpRoutes {
  /** classless routes (option 121) and static routes, one of which may be a default route */
  readonly routes: boolean;
  /** the router (option 3) */
  readonly gateway: boolean;
  /** of all these routes (RouteMetric=); lower wins */
  readonly metric: number;
}

/** default of RouteMetric= (systemd.network(5)) */
const dhcpMetric = 1024;

/** What a unit accepts from DHCP; nothing if it has no DHCPv4, or DHCP fills another table. */
export function dhcpRoutes(unit: Unit): DhcpRoutes {
  const mode = lastValue(sectionsOf(unit, 'Network'), 'DHCP') ?? 'no';
  const setting = (key: string) => lastValue(sectionsOf(unit, ...dhcpSections), key);
  const isOn = truth(mode) === true || ['ipv4', 'v4', 'both'].includes(mode);
  const isMain = [undefined, '', 'main', '254'].includes(setting('RouteTable'));
  const metric = Number(setting('RouteMetric') || dhcpMetric);
  if (!isOn || !isMain) return { routes: false, gateway: false, metric };
  const routes = truth(setting('UseRoutes')) ?? true;
  return { routes, gateway: truth(setting('UseGateway')) ?? routes, metric };
}

/**
 * The settings of [DHCPv4] that keep a unit from a default route by DHCP that would win over rc-wait's; its
 * other routes stay.
 *
 * systemd knows UseGateway= from 246 on and ignores it before. No release drops a default route in option 121
 * (seen with 247, 252 and 257; systemd issue 29564). Such a route has a metric, and rc-wait's has none.
 */
export function dhcpSuppression(unit: Unit): string[] {
  const { routes, gateway, metric } = dhcpRoutes(unit);
  const mayBring = routes || gateway;
  return [
    ...(gateway ? ['UseGateway=false'] : []),
    ...(mayBring && metric === 0 ? [`RouteMetric=${dhcpMetric}`] : []),
  ];
}

/** The settings of later drop-ins that would undo the given ones. */
export function overruling(unit: Unit, settings: readonly string[]): Placed[] {
  const keys = settings.map((setting) => setting.replace(/=.*/, ''));
  return lateSettings(unit, ...dhcpSections).filter(
    ({ setting: { key, value } }) =>
      keys.includes(key) && (key === 'RouteMetric' ? Number(value) === 0 : truth(value) === true),
  );
}

/** The unit without some settings of its drop-ins. */
export function withoutSettings(unit: Unit, settings: ReadonlySet<Setting>): Unit {
  const rest = (file: IniFile): IniFile => ({
    ...file,
    sections: file.sections.map((section) => ({
      ...section,
      settings: section.settings.filter((one) => !settings.has(one)),
    })),
  });
  return { ...unit, dropIns: unit.dropIns.map(rest) };
}
