import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, InterfaceRef, NetworkFile } from '../../types.ts';
import { networkManagerDaemon } from '../nmcli.ts';
import type { Stack } from '../stack.ts';
import { refuseStacked } from '../stacked-on.ts';
import { endingOf } from '../text/marks.ts';
import { both } from '../text/overlay.ts';
import { isBackup, readShellFile, valueIn } from '../text/shell.ts';
import { ifcfgAtBoot, ifcfgObstacles } from './boot.ts';
import { ifcfgDefaults } from './defaults.ts';
import {
  bootNeed,
  changed,
  dhcpNeed,
  globalNeed,
  homeNeed,
  otherNeed,
  routeChanges,
  sourcedNeed,
  staticChanges,
} from './edit.ts';
import { addressesOf, globalPath, type Interface, ifcfgSources, isFor, readInterfaces } from './files.ts';
import { parentOf, publicDevices, publicOriginals, stackedLinksOf } from './public.ts';
import { reloading, restoring } from './reload.ts';
import { receiverNeed, resolversOf, sourceNeed } from './resolvers.ts';
import { requireClear, sourcedBy, sourcedFiles } from './sourced.ts';

/**
 * The network-scripts of RHEL and its derivatives: the gateway goes into the `ifcfg-` file of its
 * interface, and it is removed from all other files. NetworkManager reads these files as well (RHEL 7 to 9).
 * Rackspace's agent rewrites them now and then, keeps settings that it does not know, such as DEFROUTE,
 * and drops all comments. Resolvers move with the gateway, as in Rackspace's own script; /etc/resolv.conf
 * is left to the programs that write it, and resolvers from DHCP to the client.
 */
export const ifcfg: Stack = {
  name: 'ifcfg',
  tools: ['ifup', 'nmcli'],
  sources: ifcfgSources,
  atBoot: ifcfgAtBoot,
  ignores: isBackup,
  includes: sourcedBy,
  servedBy: ['networkmanager'],
  daemon: networkManagerDaemon((path) => path.startsWith('/etc/sysconfig/network-scripts/')),

  configures: (files, link) => homesFor(readInterfaces(files), link).length > 0,

  addresses: (files) =>
    readInterfaces(files).map(({ file, device, macAddress }) => ({
      name: parentOf(device),
      addresses: addressesOf(file),
      ...(macAddress === undefined ? {} : { macAddress }),
    })),

  labels: (files) =>
    readInterfaces(files)
      .filter(({ isLabel }) => isLabel)
      .map(({ device }) => device),

  publicInterfaces: publicDevices,

  defaults: ifcfgDefaults,

  bootObstacles: ifcfgObstacles,

  edit(files, target) {
    requireClear(files, target);
    const interfaces = readInterfaces(files);
    const home = homeOf(interfaces, target);
    const given = publicOriginals(files, target);
    const devices = given.map(({ device }) => device);
    const isDisabled = target.publicInterface === 'disable';
    if (isDisabled) refuseStacked(devices, stackedLinksOf(files));
    const globals = files.filter(({ path }) => path === globalPath);
    const shared = globals.map((file) => valueIn(readShellFile(file), 'DEFROUTE'))[0];
    const moved = resolversOf(given.map(({ file }) => file));
    const changes = [
      ...globals.flatMap((file) => changed(file, (withoutOwn) => globalNeed(withoutOwn, target))),
      ...sourcedFiles(files, target).flatMap((file) =>
        changed(file, (withoutOwn) => sourcedNeed(withoutOwn, target)),
      ),
      ...interfaces.flatMap(({ file, device, isDhcp }) =>
        changed(file, (withoutOwn) => {
          const isHome = file === home.file;
          const route = isDhcp
            ? dhcpNeed(withoutOwn, target, shared)
            : isHome
              ? homeNeed(withoutOwn, target, shared)
              : otherNeed(withoutOwn, target);
          if (isHome) return both(route, receiverNeed(withoutOwn, moved));
          if (!devices.includes(device)) return route;
          const left = both(route, sourceNeed(withoutOwn));
          return isDisabled ? both(left, bootNeed(withoutOwn)) : left;
        }),
      ),
      ...routeChanges(files, home, target),
      ...staticChanges(files),
    ];
    return ended(files, changes, [home.file.path, home.routePath]);
  },

  reload: reloading,
  restore: restoring,
};

/**
 * The changes, each with a final line ending: NetworkManager before 1.6 drops a last line without one.
 * @param needed files that must be read to the end even if nothing else changes in them
 */
function ended(
  files: readonly NetworkFile[],
  changes: readonly FileChange[],
  needed: readonly string[],
): FileChange[] {
  const others = files
    .filter(
      ({ path, text }) => needed.includes(path) && text !== '' && !changes.some((one) => one.path === path),
    )
    .map(({ path, text }): FileChange => ({ path, before: text, after: text, mode: 0o644 }));
  return [...changes, ...others]
    .map((one) => ({
      ...one,
      after: one.after?.replace(/[^\n]$/, (last) => last + endingOf(one.after ?? '')),
    }))
    .filter(({ before, after }) => before !== after);
}

function homesFor(interfaces: readonly Interface[], link: InterfaceRef): Interface[] {
  return interfaces.filter((one) => isFor(one, link));
}

function homeOf(interfaces: readonly Interface[], link: InterfaceRef): Interface {
  const [first, second] = homesFor(interfaces, link);
  const { interfaceName } = link;
  if (first === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no ifcfg file configures it`);
  }
  if (second === undefined) return first;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot configure ${interfaceName}: both ${first.file.path} and ${second.file.path} configure it`,
    { hint: 'leave one ifcfg file for the interface' },
  );
}
