import type { FileChange, GatewayWish, NetworkFile } from '../../types.ts';
import { editLines } from '../text/line-edit.ts';
import { type Need, nothing, overlaid } from '../text/overlay.ts';
import { type Assignment, linesToPutOut, type ShellFile } from '../text/shell.ts';
import { allLines, changedSettings, type Settings } from '../text/shell-edit.ts';
import { type Interface, isNo, isOurRoute, isOurSetting, routeFiles, staticRoutesPath } from './files.ts';
import { isResolver } from './resolvers.ts';
import { type RouteDefault, readRouteFile, staticDefaults } from './routes.ts';

/** What is ours in a file of settings; resolvers and what brings an interface up at boot are lent. */
const settings: Settings = {
  isOurForm: isOurSetting,
  isLent: (key) => isResolver(key) || key === 'ONBOOT',
};

/** A file of settings after what it needs was done; nothing where that is all there. */
export function changed(file: NetworkFile, needOf: (theirs: ShellFile) => Need): FileChange[] {
  return changedSettings(file, settings, needOf);
}

/** NetworkManager reads numbered ones too. */
function isGateway({ key }: Assignment): boolean {
  return /^GATEWAY\d*$/.test(key);
}

/** GATEWAYDEV takes the default route from all interfaces but the one that it names. */
function isForeignDevice({ key, value }: Assignment, { interfaceName }: GatewayWish): boolean {
  return key === 'GATEWAYDEV' && value !== interfaceName;
}

/** What counts for all interfaces holds no gateway. */
export function globalNeed(file: ShellFile, wish: GatewayWish): Need {
  const off = file.assignments.filter((one) => isGateway(one) || isForeignDevice(one, wish));
  return { off: linesToPutOut(file, off), wanted: [] };
}

/**
 * The file of the interface itself, where its address is static.
 * @param shared what /etc/sysconfig/network says of DEFROUTE
 */
export function homeNeed(file: ShellFile, wish: GatewayWish, shared: string | undefined): Need {
  const gateway = file.assignments.findLast(({ key }) => key === 'GATEWAY');
  const isThere = gateway?.value === wish.gateway;
  const defroute = file.assignments.findLast(({ key }) => key === 'DEFROUTE');
  const isRefused = defroute !== undefined && isNo(defroute.value ?? 'no');
  const off = file.assignments.filter(
    (one) =>
      (isGateway(one) && !(isThere && one === gateway)) ||
      (isRefused && one.key === 'DEFROUTE') ||
      isForeignDevice(one, wish),
  );
  // Once our gateway stands there, a DEFROUTE that is not said means yes.
  const needsWord = defroute === undefined || isRefused ? !isThere || isNo(shared ?? 'yes') : false;
  return {
    off: linesToPutOut(file, off),
    wanted: [...(needsWord ? ['DEFROUTE=yes'] : []), ...(isThere ? [] : [`GATEWAY=${wish.gateway}`])],
  };
}

/** Any other interface with a static address. */
export function otherNeed(file: ShellFile, wish: GatewayWish): Need {
  const off = file.assignments.filter(
    (one) => isGateway(one) || (one.key === 'DEFROUTE' && one.value !== 'no') || isForeignDevice(one, wish),
  );
  return { off: linesToPutOut(file, off), wanted: [] };
}

/**
 * An interface with DHCP, which is to bring no default route; also the one that is
 * to have the gateway, for there the scripts never look at GATEWAY. They compare
 * DEFROUTE with "no" to the letter.
 */
export function dhcpNeed(file: ShellFile, wish: GatewayWish, shared: string | undefined): Need {
  const defroute = file.assignments.findLast(({ key }) => key === 'DEFROUTE');
  const isSaid = defroute?.value === 'no';
  const off = file.assignments.filter(
    (one) => isGateway(one) || (one.key === 'DEFROUTE' && !isSaid) || isForeignDevice(one, wish),
  );
  return { off: linesToPutOut(file, off), wanted: isSaid || shared === 'no' ? [] : ['DEFROUTE=no'] };
}

/**
 * An interface that is not to come up at boot. /etc/init.d/network of RHEL 7 greps
 * for ^ONBOOT=no, ifup and NetworkManager take the value: one line does for all of
 * them, if it is the only one.
 */
export function bootNeed(file: ShellFile): Need {
  const words = file.assignments.filter(({ key }) => key === 'ONBOOT');
  if (isNo(words.at(-1)?.value ?? 'yes')) return nothing;
  return { off: [], lent: linesToPutOut(file, words), wanted: ['ONBOOT=no'] };
}

/** The files of static routes: without default routes, but for the one that an interface with DHCP needs. */
export function routeChanges(
  files: readonly NetworkFile[],
  { isDhcp, routePath }: Interface,
  wish: GatewayWish,
): FileChange[] {
  const present = routeFiles(files);
  const isMissing = isDhcp && !present.some(({ path }) => path === routePath);
  const all = isMissing ? [...present, { path: routePath, text: '' }] : present;
  return all.flatMap((file) => {
    const { path, text } = file;
    const own = isDhcp && path === routePath ? wish : undefined;
    const after = overlaid(text, {
      isOurForm: isOurRoute,
      needOf: (theirs) => routeNeed({ path, text: theirs }, own),
      placesOf: allLines,
    });
    if (after === text) return [];
    // A file in which there was nothing but ours goes.
    const before = present.includes(file) ? text : undefined;
    return [{ path, before, after: after || undefined, mode: 0o644 }];
  });
}

/** The file of routes of no interface in particular, without default routes. */
export function staticChanges(files: readonly NetworkFile[]): FileChange[] {
  return files
    .filter(({ path }) => path === staticRoutesPath)
    .flatMap(({ path, text }) => {
      const off = new Set(staticDefaults({ path, text }).map(({ line }) => line));
      const after = editLines(text, { off, gone: new Set(), added: [] }, () => false);
      return after === text ? [] : [{ path, before: text, after, mode: 0o644 }];
    });
}

function routeNeed(file: NetworkFile, wish: GatewayWish | undefined): Need {
  const { defaults, freeNumber } = readRouteFile(file);
  const isKept = ({ via, device = wish?.interfaceName, isLive }: RouteDefault) =>
    isLive && via === wish?.gateway && device === wish?.interfaceName;
  const kept = wish && defaults.find(isKept);
  const off = defaults.filter((route) => route !== kept);
  const number = freeNumber(off);
  const lines = off.flatMap((route) => route.lines);
  if (wish === undefined || kept !== undefined) return { off: lines, wanted: [] };
  return {
    off: lines,
    wanted:
      number === undefined
        ? [`0.0.0.0/0 via ${wish.gateway} dev ${wish.interfaceName}`]
        : [`ADDRESS${number}=0.0.0.0`, `NETMASK${number}=0.0.0.0`, `GATEWAY${number}=${wish.gateway}`],
  };
}
