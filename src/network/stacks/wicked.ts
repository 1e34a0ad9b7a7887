import { RcWaitError } from '../../base/error.ts';
import type { FileChange, GatewayWish, NetworkFile, Stack } from '../types.ts';
import { linesOf } from './marks.ts';
import { type Need, nothing, overlaid, theirsOf } from './overlay.ts';
import { linesToPutOut, readShellFile, type ShellFile } from './shell-file.ts';
import {
  addressesOf,
  defaultsOf,
  type RouteDefault,
  readInterfaces,
  routeFiles,
  routePathOf,
  sharedWord,
  wickedSources,
} from './wicked-files.ts';

/**
 * wicked of openSUSE and SLES: our gateway in the interface's own `ifroute-` file,
 * every other default route out of these and out of `routes`.
 */
export const wicked: Stack = {
  name: 'wicked',
  tools: ['wicked'],
  sources: wickedSources,
  // Where NetworkManager has taken over, wicked's files are left behind.
  daemon: { unit: 'wickedd.service' },

  configures: (files, { interfaceName }) => readInterfaces(files).some(({ name }) => name === interfaceName),

  addresses: (files) =>
    readInterfaces(files).map(({ file, name }) => ({ name, addresses: addressesOf(file) })),

  edit(files, wish) {
    const { interfaceName } = wish;
    const interfaces = readInterfaces(files);
    if (!interfaces.some(({ name }) => name === interfaceName)) {
      throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no ifcfg file is for it`);
    }
    const shared = sharedWord(files);
    const silenced = interfaces
      .filter(({ isDhcp }) => isDhcp)
      .flatMap(({ file }) => dhcpChange(file, shared));
    return [...silenced, ...routeChanges(files, wish)];
  },

  /*
   * No ifreload: where a file has changed it takes the interface down and up again
   * (wicked(8)), and taking an interface down to move a route is how peers lose
   * hosts. The one ip(8) command does it; the files are for the next ifup.
   */
  reload: ({ gateway, interfaceName }) => [
    {
      argv: ['ip', '-4', 'route', 'replace', '0.0.0.0/0', 'via', gateway, 'dev', interfaceName, 'onlink'],
      timeoutMs: 10_000,
    },
  ],

  // The routes themselves are put back from what the kernel held before.
  restore: () => [],
};

function allLines(text: string): number[] {
  return linesOf(text).map((_, index) => index);
}

/** An interface with DHCP keeps all that it brings but the default route. */
function dhcpChange({ path, text }: ShellFile, shared: string | undefined): FileChange[] {
  const after = overlaid(text, {
    isOurForm: (line) => /^\s*DHCLIENT_SET_DEFAULT_ROUTE=no\s*$/.test(line),
    needOf: (theirs) => dhcpNeed(readShellFile({ path, text: theirs }), shared),
    placesOf: allLines,
  });
  return after === text ? [] : [{ path, before: text, after, mode: 0o644 }];
}

function dhcpNeed(file: ShellFile, shared: string | undefined): Need {
  const words = file.assignments.filter(({ key }) => key === 'DHCLIENT_SET_DEFAULT_ROUTE');
  if (words.at(-1)?.value === 'no') return nothing;
  return {
    off: linesToPutOut(file, words),
    wanted: shared === 'no' ? [] : ['DHCLIENT_SET_DEFAULT_ROUTE=no'],
  };
}

function routeChanges(files: readonly NetworkFile[], wish: GatewayWish): FileChange[] {
  const ownPath = routePathOf(wish.interfaceName);
  const present = routeFiles(files);
  const isOwnThere = present.some(({ path }) => path === ownPath);
  const all = isOwnThere ? present : [...present, { path: ownPath, text: '' }];
  const isWished = (path: string, { via, device }: RouteDefault) =>
    via === wish.gateway && (device ?? (path === ownPath ? wish.interfaceName : '')) === wish.interfaceName;
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
          off: defaults.filter((route) => route !== kept).map(({ line }) => line),
          // Not 0.0.0.0/0: so Rackspace's own tools write it, and wicked has always known it.
          wanted: keeper === undefined && path === ownPath ? [`default ${wish.gateway} - -`] : [],
        };
      },
      placesOf: allLines,
    });
    if (after === text) return [];
    // A file in which there was nothing but ours goes.
    const before = present.includes(file) ? text : undefined;
    return [{ path, before, after: after || undefined, mode: 0o644 }];
  });
}

function isOurRoute(line: string): boolean {
  return /^\s*default [\d.]+ - -\s*$/.test(line);
}
