import type { BootObstacle, Generated, InterfaceRef, NetworkFile, SoughtTarget } from '../../types.ts';
import { ownPathOf } from '../drop-in.ts';
import { lastValue } from '../text/ini.ts';
import { settingWords, unitObstacles } from './boot.ts';
import { judgeMatch } from './match.ts';
import { clearingRelease, clearings, defaultRoutes, dhcpRoutes } from './routes.ts';
import { readUnits, sectionsOf, type Unit } from './units.ts';

/** The folder of generated units; /etc hides what it holds. */
const generatedFolder = '/run/systemd/network/';

/**
 * What keeps the unit that another stack generates from having its effect. systemd.network(5): units are sorted by
 * name over all folders and the first that matches is used alone; /etc hides a file of the same name in /run.
 */
export function unitOverrules(
  files: readonly NetworkFile[],
  generated: Generated,
  target: SoughtTarget,
): BootObstacle[] {
  const isHome = generated.isFor(target);
  const link: InterfaceRef = isHome ? target : { interfaceName: generated.interfaceName };
  const own = `/etc/systemd/network/${generated.name}`;
  const units = readUnits(withGenerated(files, generated, link));
  const unit = units.find(({ name }) => name === generated.name);
  if (isHome) {
    const hiding = files.find(({ path }) => path === own);
    if (hiding) return [hidden(hiding, generated)];
    const earlier = units.filter(({ name }) => name < generated.name).flatMap((one) => taking(one, link));
    if (earlier.length > 0) return earlier;
  }
  // The generated file itself is the business of the stack that generates it.
  if (unit === undefined) return [];
  const isSilenced = files.some(({ path }) => path === ownPathOf(unit));
  return [...addedBy(unit, isHome, target), ...(isSilenced ? [] : leasedBy(unit))];
}

/** The files with the generated one, which is not there below a root that is not running. */
function withGenerated(
  files: readonly NetworkFile[],
  { name }: Generated,
  { interfaceName }: InterfaceRef,
): NetworkFile[] {
  const path = generatedFolder + name;
  const others = files.filter((file) => file.path !== path);
  // Its own matches are not looked at: the stack that generates it knows for which interface it is.
  return [...others, { path, text: `[Match]\nName=${interfaceName}\n` }];
}

function hidden({ path, text }: NetworkFile, { name }: Generated): BootObstacle {
  const what = text === '' ? 'an empty file or a link to /dev/null' : 'a file of its own';
  return {
    reason: `${path}, ${what}, hides netplan's ${name} from systemd-networkd`,
    way: `take ${path} away`,
    isCertain: true,
  };
}

function taking(unit: Unit, link: InterfaceRef): BootObstacle[] {
  const { interfaceName } = link;
  const verdict = judgeMatch(sectionsOf(unit, 'Match'), link);
  if (verdict === 'no') return [];
  const matches = verdict === 'yes' ? 'matches' : 'may match';
  return [
    {
      reason: `${unit.file.path} ${matches} ${interfaceName}, and systemd-networkd reads it before netplan's file and uses the first alone`,
      way: `take that file away, or let its [Match] leave ${interfaceName} out`,
      isCertain: verdict === 'yes',
    },
  ];
}

/** A DHCP client that a drop-in turns on; the generated file's own is silenced by rc-wait's drop-in. */
function leasedBy(unit: Unit): BootObstacle[] {
  const { routes, gateway } = dhcpRoutes(unit);
  return unit.dropIns
    .filter(({ sections }) => (routes || gateway) && lastValue(sections, 'DHCP') !== undefined)
    .map(({ path }) => ({
      reason: `${path} adds "default by DHCP" to netplan's ${unit.name}`,
      way: 'take DHCP= out there',
      isCertain: true,
    }));
}

/** What drop-ins of others add to the generated unit: another default route, or that the link stays down. */
function addedBy(unit: Unit, isHome: boolean, { gateway, interfaceName }: SoughtTarget): BootObstacle[] {
  const routes = defaultRoutes(unit)
    .filter(({ via, isCleared }) => !isCleared && !(isHome && via === gateway))
    .map(({ file, via }) => ({
      reason: `${file.path} adds "default${via === undefined ? '' : ` via ${via}`}" to netplan's ${unit.name}`,
      way: 'take that route out there',
      isCertain: true,
    }));
  if (!isHome) return routes;
  const isLost = judgeMatch(sectionsOf(unit, 'Match'), { interfaceName }) === 'no';
  const lost = unit.dropIns.slice(0, 1).map(({ path }) => ({
    reason: `with ${path} netplan's ${unit.name} does not match ${interfaceName} any more`,
    way: 'take [Match] out there',
    isCertain: true,
  }));
  const cleared = clearings(unit).map((one) => ({
    reason: `${settingWords(one)}, with which systemd ${clearingRelease} clears the routes of netplan's ${unit.name}`,
    way: 'take the empty Gateway= out there',
    isCertain: true,
  }));
  return [...routes, ...cleared, ...unitObstacles(unit, { interfaceName }), ...(isLost ? lost : [])];
}
