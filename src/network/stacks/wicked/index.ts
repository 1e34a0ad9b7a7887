import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, GatewayWish, NetworkFile, Scene, Stack } from '../../types.ts';
import { linksBack, linksMove, linksOf, routeMove } from '../links.ts';
import { refuseStanding } from '../stacked-on.ts';
import { both, type Need, nothing, overlaid, theirsOf } from '../text/overlay.ts';
import { isBackup, linesToPutOut, type ShellFile } from '../text/shell.ts';
import { allLines, changedSettings, type Settings } from '../text/shell-edit.ts';
import { wickedObstacles } from './boot.ts';
import { wickedDefaults } from './defaults.ts';
import {
  addressesOf,
  isOurRoute,
  isOurSetting,
  readInterfaces,
  routeFiles,
  routePathOf,
  routesPath,
  sharedWord,
  wickedSources,
} from './files.ts';
import { disabledNames, publicNames, standingsOf } from './public.ts';
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
  passesOver: isBackup,
  // Where NetworkManager has taken over, wicked's files are stale.
  daemon: { unit: 'wickedd.service' },

  configures: (files, { interfaceName }) => readInterfaces(files).some(({ name }) => name === interfaceName),

  addresses: (files) =>
    readInterfaces(files).map(({ file, name }) => ({ name, addresses: addressesOf(file) })),

  publicInterfaces: publicNames,

  defaults: wickedDefaults,

  bootObstacles: wickedObstacles,

  edit(files, wish) {
    const { interfaceName } = wish;
    const interfaces = readInterfaces(files);
    if (!interfaces.some(({ name }) => name === interfaceName)) {
      throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no ifcfg file is for it`);
    }
    const shared = sharedWord(files);
    const names = wish.publicInterface === 'disable' ? publicNames(files, wish) : [];
    refuseStanding(names, standingsOf(files));
    const changed = interfaces.flatMap(({ file, name, isDhcp }) =>
      changedSettings(file, settings, (theirs) =>
        both(isDhcp ? dhcpNeed(theirs, shared) : nothing, names.includes(name) ? bootNeed(theirs) : nothing),
      ),
    );
    return [...changed, ...routeChanges(files, wish)];
  },

  /*
   * No ifreload: it takes every interface with a changed file down and up again (wicked(8)),
   * and taking an interface down to move a route is how other tools lose hosts. One ip(8)
   * command moves the route; the files take effect at the next ifup.
   */
  reload: (wish, scene) => routeMove(wish, linksOf(...disabled(wish, scene)), tools),

  restore: (wish, scene) => linksMove(linksBack(...disabled(wish, scene)), tools),
};

const tools = [['wicked', 'ifup']] as const;

/** The interfaces that are disabled before the change, and after it. */
function disabled(wish: GatewayWish, { files, before = [] }: Scene): [string[], string[]] {
  return [disabledNames(before), wish.publicInterface === 'disable' ? publicNames(files, wish) : []];
}

/** rc-wait's lines in settings files; a disabled STARTMODE, which starts an interface at boot, is temporary. */
const settings: Settings = { isOurForm: isOurSetting, isLent: (key) => key === 'STARTMODE' };

/** An interface with DHCP keeps everything from its lease but the default route. */
function dhcpNeed(file: ShellFile, shared: string | undefined): Need {
  const words = file.assignments.filter(({ key }) => key === 'DHCLIENT_SET_DEFAULT_ROUTE');
  if (words.at(-1)?.value === 'no') return nothing;
  return {
    off: linesToPutOut(file, words),
    wanted: shared === 'no' ? [] : ['DHCLIENT_SET_DEFAULT_ROUTE=no'],
  };
}

/** STARTMODE "manual" already means not at boot; "off" means never (ifcfg(5)). */
function bootNeed(file: ShellFile): Need {
  const words = file.assignments.filter(({ key }) => key === 'STARTMODE');
  if (/^(off|manual)$/.test(words.at(-1)?.value ?? '')) return nothing;
  return { off: [], lent: linesToPutOut(file, words), wanted: ['STARTMODE=off'] };
}

function routeChanges(files: readonly NetworkFile[], wish: GatewayWish): FileChange[] {
  const ownPath = routePathOf(wish.interfaceName);
  const present = routeFiles(files);
  const isOwnThere = present.some(({ path }) => path === ownPath);
  const all = isOwnThere ? present : [...present, { path: ownPath, text: '' }];
  const isWished = (path: string, { via, device, isPlain }: RouteDefault) => {
    // In another interface's file, wicked ignores a device name on the line.
    const isOwn = path === ownPath && device === undefined;
    const isNamed = device === wish.interfaceName && (path === ownPath || path === routesPath);
    return via === wish.gateway && isPlain && (isOwn || isNamed);
  };
  const keeper = all.find(({ path, text }) =>
    defaultsOf(theirsOf(text, isOurRoute)).some((route) => isWished(path, route)),
  );
  return all.flatMap((file) => {
    const { path, text } = file;
    const after = overlaid(text, {
      isOurForm: isOurRoute,
      needOf(theirs) {
        const defaults = defaultsOf(theirs);
        const kept = keeper === file ? defaults.find((route) => isWished(path, route)) : undefined;
        return {
          off: defaults.filter((route) => route !== kept).flatMap(({ lines }) => lines),
          // Not 0.0.0.0/0: Rackspace's own tools write `default`, and every wicked understands it.
          wanted: keeper === undefined && path === ownPath ? [`default ${wish.gateway} - -`] : [],
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
