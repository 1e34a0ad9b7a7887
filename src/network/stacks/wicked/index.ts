import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, GatewayTarget, NetworkFile, ReloadContext } from '../../types.ts';
import { linksOf, linksUndone, restoreLinks, routeMove } from '../links.ts';
import type { Stack } from '../stack.ts';
import { refuseStacked } from '../stacked-on.ts';
import { both, type Need, nothing, withLayer, withoutOwnLines } from '../text/overlay.ts';
import { isBackup, linesToDisable, type ShellFile } from '../text/shell.ts';
import { allLines, changedSettings, type Settings } from '../text/shell-edit.ts';
import { wickedAtBoot, wickedObstacles } from './boot.ts';
import { wickedDefaults } from './defaults.ts';
import {
  addressesOf,
  hasOwnRouteForm,
  hasOwnSettingForm,
  readInterfaces,
  routeFiles,
  routePathOf,
  routesPath,
  sharedDefaultRoute,
  wickedSources,
} from './files.ts';
import { disabledNames, publicNames, stackedLinksOf } from './public.ts';
import { defaultsOf, type RouteDefault } from './routes.ts';

/**
 * wicked of openSUSE and SLES: the gateway goes into its interface's `ifroute-` file; every
 * other default route is removed from these and from `routes`. Resolvers stay unchanged:
 * netconfig(8) keeps them for all interfaces in one place (NETCONFIG_DNS_STATIC_SERVERS),
 * beside those from DHCP.
 */
export const wicked: Stack = {
  name: 'wicked',
  tools: ['wicked'],
  sources: wickedSources,
  atBoot: wickedAtBoot,
  ignores: isBackup,
  // Where NetworkManager has taken over, wicked's files are stale.
  daemon: { unit: 'wickedd.service' },

  configures: (files, { interfaceName }) => readInterfaces(files).some(({ name }) => name === interfaceName),

  addresses: (files) =>
    readInterfaces(files).map(({ file, name }) => ({ name, addresses: addressesOf(file) })),

  publicInterfaces: publicNames,

  defaults: wickedDefaults,

  bootObstacles: wickedObstacles,

  edit(files, target) {
    const { interfaceName } = target;
    const interfaces = readInterfaces(files);
    if (!interfaces.some(({ name }) => name === interfaceName)) {
      throw new RcWaitError(
        'STACK_UNKNOWN',
        `cannot configure ${interfaceName}: no ifcfg file configures it`,
      );
    }
    const shared = sharedDefaultRoute(files);
    const names = target.publicInterface === 'disable' ? publicNames(files, target) : [];
    refuseStacked(names, stackedLinksOf(files));
    const changed = interfaces.flatMap(({ file, name, isDhcp }) =>
      changedSettings(file, settings, (withoutOwn) =>
        both(
          isDhcp ? dhcpNeed(withoutOwn, shared) : nothing,
          names.includes(name) ? bootNeed(withoutOwn) : nothing,
        ),
      ),
    );
    return [...changed, ...routeChanges(files, target)];
  },

  /*
   * No ifreload: it takes every interface with a changed file down and up again (wicked(8)),
   * and taking an interface down to move a route is how other tools lose hosts. One ip(8)
   * command moves the route; the files take effect at the next ifup.
   */
  reload: (target, context) => routeMove(target, linksOf(...disabled(target, context)), tools),

  restore: (target, context) => restoreLinks(linksUndone(...disabled(target, context)), tools),
};

const tools = [['wicked', 'ifup']] as const;

/** The interfaces that are disabled before the change, and after it. */
function disabled(target: GatewayTarget, { files, before = [] }: ReloadContext): [string[], string[]] {
  return [disabledNames(before), target.publicInterface === 'disable' ? publicNames(files, target) : []];
}

/** rc-wait's lines in settings files; a disabled STARTMODE, which starts an interface at boot, is temporary. */
const settings: Settings = { hasOwnForm: hasOwnSettingForm, isTemporary: (key) => key === 'STARTMODE' };

/** An interface with DHCP keeps everything from its lease but the default route. */
function dhcpNeed(file: ShellFile, shared: string | undefined): Need {
  const words = file.assignments.filter(({ key }) => key === 'DHCLIENT_SET_DEFAULT_ROUTE');
  if (words.at(-1)?.value === 'no') return nothing;
  return {
    off: linesToDisable(file, words),
    wanted: shared === 'no' ? [] : ['DHCLIENT_SET_DEFAULT_ROUTE=no'],
  };
}

/** STARTMODE "manual" already means not at boot; "off" means never (ifcfg(5)). */
function bootNeed(file: ShellFile): Need {
  const words = file.assignments.filter(({ key }) => key === 'STARTMODE');
  if (/^(off|manual)$/.test(words.at(-1)?.value ?? '')) return nothing;
  return { off: [], temporary: linesToDisable(file, words), wanted: ['STARTMODE=off'] };
}

function routeChanges(files: readonly NetworkFile[], target: GatewayTarget): FileChange[] {
  const ownPath = routePathOf(target.interfaceName);
  const present = routeFiles(files);
  const isOwnThere = present.some(({ path }) => path === ownPath);
  const all = isOwnThere ? present : [...present, { path: ownPath, text: '' }];
  const isGatewayRoute = (path: string, { via, device, isPlain }: RouteDefault) => {
    // In another interface's file, wicked ignores a device name on the line.
    const isOwn = path === ownPath && device === undefined;
    const isNamed = device === target.interfaceName && (path === ownPath || path === routesPath);
    return via === target.gateway && isPlain && (isOwn || isNamed);
  };
  const keeper = all.find(({ path, text }) =>
    defaultsOf(withoutOwnLines(text, hasOwnRouteForm)).some((route) => isGatewayRoute(path, route)),
  );
  return all.flatMap((file) => {
    const { path, text } = file;
    const after = withLayer(text, {
      hasOwnForm: hasOwnRouteForm,
      needOf(withoutOwn) {
        const defaults = defaultsOf(withoutOwn);
        const kept = keeper === file ? defaults.find((route) => isGatewayRoute(path, route)) : undefined;
        return {
          off: defaults.filter((route) => route !== kept).flatMap(({ lines }) => lines),
          // Not 0.0.0.0/0: Rackspace's own tools write `default`, and every wicked understands it.
          wanted: keeper === undefined && path === ownPath ? [`default ${target.gateway} - -`] : [],
        };
      },
      placesOf: allLines,
    });
    if (after === text) return [];
    // A file that held only rc-wait's lines is removed.
    const before = present.includes(file) ? text : undefined;
    return [{ path, before, after: after || undefined, mode: 0o644 }];
  });
}
