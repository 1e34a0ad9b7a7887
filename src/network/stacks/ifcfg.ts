import { RcWaitError } from '../../base/error.ts';
import type { Command, GatewayWish, Scene, Stack, Target } from '../types.ts';
import { changed, dhcpNeed, globalNeed, homeNeed, otherNeed, routeChanges } from './ifcfg-edit.ts';
import {
  addressesOf,
  globalPath,
  type Interface,
  ifcfgSources,
  isFor,
  readInterfaces,
} from './ifcfg-files.ts';
import { addedMark, offMark } from './marks.ts';
import { networkManagerDaemon, reapplying } from './networkmanager-daemon.ts';
import { readShellFile, valueIn } from './shell-file.ts';

/**
 * The network-scripts of RHEL and its kin: our gateway in the `ifcfg-` file of the
 * interface, out of all others. NetworkManager reads these files as well (RHEL 7
 * to 9); Rackspace's agent writes them anew now and then, keeps settings that it
 * does not know, such as DEFROUTE, and drops all comments.
 */
export const ifcfg: Stack = {
  name: 'ifcfg',
  tools: ['ifup', 'nmcli'],
  sources: ifcfgSources,
  servedBy: ['networkmanager'],
  daemon: networkManagerDaemon((path) => path.startsWith('/etc/sysconfig/network-scripts/')),

  configures: (files, target) => homesFor(readInterfaces(files), target).length > 0,

  addresses: (files) =>
    readInterfaces(files).map(({ file, device, macAddress }) => ({
      name: device,
      addresses: addressesOf(file),
      ...(macAddress === undefined ? {} : { macAddress }),
    })),

  edit(files, wish) {
    const interfaces = readInterfaces(files);
    const home = homeOf(interfaces, wish);
    const globals = files.filter(({ path }) => path === globalPath);
    const shared = globals.map((file) => valueIn(readShellFile(file), 'DEFROUTE'))[0];
    return [
      ...globals.flatMap((file) => changed(file, (theirs) => globalNeed(theirs, wish))),
      ...interfaces.flatMap(({ file, isDhcp }) =>
        changed(file, (theirs) => {
          if (isDhcp) return dhcpNeed(theirs, wish, shared);
          return file === home.file ? homeNeed(theirs, wish, shared) : otherNeed(theirs, wish);
        }),
      ),
      ...routeChanges(files, home, wish),
    ];
  },

  reload: (wish, scene) => reloading(wish, scene, true),
  restore: (wish, scene) => reloading(wish, scene, false),
};

/**
 * Where NetworkManager manages the interface, it takes the files up. Else nothing
 * does but ifup, and taking an interface down to move a route is how peers lose
 * hosts: the one ip(8) command that ifup would run does it, and the next ifup
 * finds the files as they are. Without NetworkManager the routes themselves are
 * put back from what the kernel held before.
 */
function reloading(
  { interfaceName, gateway, file }: GatewayWish,
  { files, reign }: Scene,
  isNew: boolean,
): Command[] {
  if (reign.has(interfaceName)) {
    const touched = files
      .filter(({ text }) => text.includes(offMark) || text.includes(addedMark))
      .map(({ path }) => path.replace('/route-', '/ifcfg-'));
    const isTouched = (path: string) => touched.includes(path) || touched.includes(globalPath);
    const others = [...reign].filter(([name, path]) => name !== interfaceName && isTouched(path));
    return reapplying([interfaceName, ...others.map(([name]) => name)]);
  }
  if (!isNew) return [];
  const path = file ?? homesFor(readInterfaces(files), { interfaceName })[0]?.file.path;
  const route = ['0.0.0.0/0', 'via', gateway, 'dev', interfaceName, 'onlink'];
  return [
    ...(path === undefined
      ? []
      : [{ argv: ['sh', '-n', path], timeoutMs: 10_000, check: true } satisfies Command]),
    { argv: ['ip', '-4', 'route', 'replace', ...route], timeoutMs: 10_000 },
  ];
}

function homesFor(interfaces: readonly Interface[], target: Target): Interface[] {
  return interfaces.filter((one) => isFor(one, target));
}

function homeOf(interfaces: readonly Interface[], target: Target): Interface {
  const [first, second] = homesFor(interfaces, target);
  const { interfaceName } = target;
  if (first === undefined) {
    throw new RcWaitError('STACK_UNKNOWN', `cannot configure ${interfaceName}: no ifcfg file is for it`);
  }
  if (second === undefined) return first;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot configure ${interfaceName}: both ${first.file.path} and ${second.file.path} are for it`,
    { hint: 'leave one ifcfg file for the interface' },
  );
}
