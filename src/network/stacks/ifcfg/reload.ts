import type { Command, GatewayTarget, ReloadContext } from '../../types.ts';
import {
  bringUp,
  type Links,
  linkCommands,
  linksOf,
  linksUndone,
  restoreLinks,
  routeMove,
} from '../links.ts';
import { deviceCommand, reapplying } from '../nmcli.ts';
import { addedMark, offMark } from '../text/marks.ts';
import { type ShellFile, valueIn } from '../text/shell.ts';
import { globalPath, isFor, readInterfaces } from './files.ts';
import { disabledDevices, publicDevices } from './public.ts';

const tools = [['ifup']] as const;

/**
 * Brings the files into the kernel. If NetworkManager manages the interface, it applies them. Otherwise only
 * ifup could, and taking an interface down to move a route is how other tools lose hosts: the one ip(8)
 * command that ifup would run does it, and the next ifup finds the files in place.
 */
export function reloading(target: GatewayTarget, context: ReloadContext): Command[] {
  const links = linksOf(...disabled(target, context));
  if (context.configFileOf.has(target.interfaceName)) return byDaemon(target, context, links);
  const { interfaceName, file } = target;
  const home = readInterfaces(context.files).find((one) => isFor(one, { interfaceName }));
  const path = file ?? home?.file.path;
  const check: Command[] =
    path === undefined ? [] : [{ argv: ['sh', '-n', path], timeoutMs: 60_000, check: true }];
  return [...check, ...routeMove(target, links, tools)];
}

/** Undoes `reloading`. Without NetworkManager, the routes are restored from what the kernel held before. */
export function restoring(target: GatewayTarget, context: ReloadContext): Command[] {
  const links = linksUndone(...disabled(target, context));
  if (context.configFileOf.has(target.interfaceName)) return byDaemon(target, context, links);
  return restoreLinks(links, tools);
}

/** The devices that are disabled before the change, and after it. */
function disabled(target: GatewayTarget, { files, before = [] }: ReloadContext): [string[], string[]] {
  return [disabledDevices(before), target.publicInterface === 'disable' ? publicDevices(files, target) : []];
}

/**
 * NetworkManager disconnects only devices that it has active, because nmcli fails for others; they stay down
 * until the next boot, which finds ONBOOT=no. ip(8) handles the devices that NetworkManager does not manage.
 */
function byDaemon({ interfaceName }: GatewayTarget, context: ReloadContext, { up, down }: Links): Command[] {
  const { files, configFileOf } = context;
  const interfaces = readInterfaces(files);
  const fileOf = (device: string) => interfaces.find((one) => one.device === device)?.file;
  const nameOf = (device: string) =>
    [...configFileOf].find(([, path]) => path === fileOf(device)?.path)?.[0] ?? device;
  const [goes, comes] = [down.map(nameOf), up.map(nameOf)];
  const foreign = up.filter((device) => isForeign(fileOf(device))).map(nameOf);
  const others = [...goes, ...comes, interfaceName];
  const stays = touchedIn(context).filter((name) => !others.includes(name));
  return [
    ...reapplying([interfaceName, ...stays]),
    ...goes.filter((name) => configFileOf.has(name)).map((name) => deviceCommand('disconnect', name)),
    ...linkCommands(
      goes.filter((name) => !configFileOf.has(name)),
      'down',
    ),
    ...comes.filter((name) => !foreign.includes(name)).map((name) => deviceCommand('connect', name)),
    ...bringUp(foreign, tools),
  ];
}

/** Whether NM_CONTROLLED=no (nm-settings-ifcfg-rh(5)) is set: NetworkManager would refuse to connect it. */
function isForeign(file: ShellFile | undefined): boolean {
  return file !== undefined && /^no$/i.test(valueIn(file, 'NM_CONTROLLED') ?? '');
}

/** The active interfaces with a file that rc-wait has changed; all of them if it is the file for all interfaces. */
function touchedIn({ files, before = files, configFileOf }: ReloadContext): string[] {
  const old = new Map(before.map(({ path, text }) => [path, text]));
  const touched = files
    .filter(({ path, text }) => text.includes(offMark) || text.includes(addedMark) || text !== old.get(path))
    .map(({ path }) => path.replace('/route-', '/ifcfg-'));
  return [...configFileOf]
    .filter(([, path]) => touched.includes(path) || touched.includes(globalPath))
    .map(([name]) => name);
}
