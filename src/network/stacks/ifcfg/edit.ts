import type { FileChange, GatewayTarget, NetworkFile } from '../../types.ts';
import { editLines } from '../text/line-edit.ts';
import { type Need, nothing, withLayer } from '../text/overlay.ts';
import { type Assignment, linesToDisable, type ShellFile } from '../text/shell.ts';
import { allLines, changedSettings, type Settings } from '../text/shell-edit.ts';
import {
  hasOwnRouteForm,
  hasOwnSettingForm,
  type Interface,
  isNo,
  routeFiles,
  staticRoutesPath,
} from './files.ts';
import { isResolver } from './resolvers.ts';
import { type RouteDefault, readRouteFile, staticDefaults } from './routes.ts';

/** rc-wait's lines in settings files; disabled resolvers and ONBOOT, which starts interfaces at boot, are temporary. */
const settings: Settings = {
  hasOwnForm: hasOwnSettingForm,
  isTemporary: (key) => isResolver(key) || key === 'ONBOOT',
};

/** The change that gives a settings file what it needs; empty if it has everything. */
export function changed(file: NetworkFile, needOf: (withoutOwn: ShellFile) => Need): FileChange[] {
  return changedSettings(file, settings, needOf);
}

/** NetworkManager also reads numbered ones. */
function isGateway({ key }: Assignment): boolean {
  return /^GATEWAY\d*$/.test(key);
}

/** GATEWAYDEV takes the default route from all interfaces except the one that it names. */
function isForeignDevice({ key, value }: Assignment, { interfaceName }: GatewayTarget): boolean {
  return key === 'GATEWAYDEV' && value !== interfaceName;
}

/** The need of the file for all interfaces: it holds no gateway. */
export function globalNeed(file: ShellFile, target: GatewayTarget): Need {
  const off = file.assignments.filter((one) => isGateway(one) || isForeignDevice(one, target));
  return { off: linesToDisable(file, off), wanted: [] };
}

/** The need of a file that others source: what it sets for all of them stands in their own files instead. */
export function sourcedNeed(file: ShellFile, target: GatewayTarget): Need {
  const off = file.assignments.filter(
    (one) => isGateway(one) || one.key === 'DEFROUTE' || isForeignDevice(one, target),
  );
  const isDisabled = target.publicInterface === 'disable';
  const boot = isDisabled ? file.assignments.filter(({ key }) => key === 'ONBOOT') : [];
  return { off: linesToDisable(file, off), temporary: linesToDisable(file, boot), wanted: [] };
}

/**
 * The need of the gateway's own file, if its address is static.
 * @param shared DEFROUTE in /etc/sysconfig/network
 */
export function homeNeed(file: ShellFile, target: GatewayTarget, shared: string | undefined): Need {
  const gateway = file.assignments.findLast(({ key }) => key === 'GATEWAY');
  const isThere = gateway?.value === target.gateway;
  const defroute = file.assignments.findLast(({ key }) => key === 'DEFROUTE');
  const isRefused = defroute !== undefined && isNo(defroute.value ?? 'no');
  const off = file.assignments.filter(
    (one) =>
      (isGateway(one) && !(isThere && one === gateway)) ||
      (isRefused && one.key === 'DEFROUTE') ||
      isForeignDevice(one, target),
  );
  // With the gateway in this file, a missing DEFROUTE means yes.
  const needsWord = defroute === undefined || isRefused ? !isThere || isNo(shared ?? 'yes') : false;
  return {
    off: linesToDisable(file, off),
    wanted: [...(needsWord ? ['DEFROUTE=yes'] : []), ...(isThere ? [] : [`GATEWAY=${target.gateway}`])],
  };
}

/** The need of any other interface with a static address. */
export function otherNeed(file: ShellFile, target: GatewayTarget): Need {
  const off = file.assignments.filter(
    (one) => isGateway(one) || (one.key === 'DEFROUTE' && one.value !== 'no') || isForeignDevice(one, target),
  );
  return { off: linesToDisable(file, off), wanted: [] };
}

/**
 * The need of an interface with DHCP: it brings no default route. This includes the gateway's own interface,
 * because with DHCP the scripts ignore GATEWAY. They accept only a literal "no" for DEFROUTE.
 */
export function dhcpNeed(file: ShellFile, target: GatewayTarget, shared: string | undefined): Need {
  const defroute = file.assignments.findLast(({ key }) => key === 'DEFROUTE');
  const isSaid = defroute?.value === 'no';
  const off = file.assignments.filter(
    (one) => isGateway(one) || (one.key === 'DEFROUTE' && !isSaid) || isForeignDevice(one, target),
  );
  return { off: linesToDisable(file, off), wanted: isSaid || shared === 'no' ? [] : ['DEFROUTE=no'] };
}

/**
 * The need of an interface that must not come up at boot. /etc/init.d/network of RHEL 7 greps for ^ONBOOT=no,
 * while ifup and NetworkManager use the value: one line serves all three if it is the only one.
 */
export function bootNeed(file: ShellFile): Need {
  const words = file.assignments.filter(({ key }) => key === 'ONBOOT');
  if (isNo(words.at(-1)?.value ?? 'yes')) return nothing;
  return { off: [], temporary: linesToDisable(file, words), wanted: ['ONBOOT=no'] };
}

/** Removes default routes from the files of static routes, except one that the gateway's interface needs with DHCP. */
export function routeChanges(
  files: readonly NetworkFile[],
  { isDhcp, routePath }: Interface,
  target: GatewayTarget,
): FileChange[] {
  const present = routeFiles(files);
  const isMissing = isDhcp && !present.some(({ path }) => path === routePath);
  const all = isMissing ? [...present, { path: routePath, text: '' }] : present;
  return all.flatMap((file) => {
    const { path, text } = file;
    const own = isDhcp && path === routePath ? target : undefined;
    const after = withLayer(text, {
      hasOwnForm: hasOwnRouteForm,
      needOf: (withoutOwn) => routeNeed({ path, text: withoutOwn }, own),
      placesOf: allLines,
    });
    if (after === text) return [];
    // A file that held only rc-wait's lines is removed.
    const before = present.includes(file) ? text : undefined;
    return [{ path, before, after: after || undefined, mode: 0o644 }];
  });
}

/** Removes default routes from the file of routes without an interface. */
export function staticChanges(files: readonly NetworkFile[]): FileChange[] {
  return files
    .filter(({ path }) => path === staticRoutesPath)
    .flatMap(({ path, text }) => {
      const off = new Set(staticDefaults({ path, text }).map(({ line }) => line));
      const after = editLines(text, { off, gone: new Set(), added: [] }, () => false);
      return after === text ? [] : [{ path, before: text, after, mode: 0o644 }];
    });
}

function routeNeed(file: NetworkFile, target: GatewayTarget | undefined): Need {
  const { defaults, freeNumber } = readRouteFile(file);
  const isKept = ({ via, device = target?.interfaceName, isLive }: RouteDefault) =>
    isLive && via === target?.gateway && device === target?.interfaceName;
  const kept = target && defaults.find(isKept);
  const off = defaults.filter((route) => route !== kept);
  const number = freeNumber(off);
  const lines = off.flatMap((route) => route.lines);
  if (target === undefined || kept !== undefined) return { off: lines, wanted: [] };
  return {
    off: lines,
    wanted:
      number === undefined
        ? [`0.0.0.0/0 via ${target.gateway} dev ${target.interfaceName}`]
        : [`ADDRESS${number}=0.0.0.0`, `NETMASK${number}=0.0.0.0`, `GATEWAY${number}=${target.gateway}`],
  };
}
