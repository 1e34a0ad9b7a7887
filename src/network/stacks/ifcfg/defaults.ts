import { contains, parseIpv4 } from '../../../base/ipv4.ts';
import type { FileDefault, InterfaceRef, NetworkFile } from '../../types.ts';
import { type ShellFile, valueIn } from '../text/shell.ts';
import {
  addressesOf,
  globalPath,
  type Interface,
  isNo,
  readInterfaces,
  routeFiles,
  staticRoutesPath,
} from './files.ts';
import { parentOf } from './public.ts';
import { readRouteFile, staticDefaults } from './routes.ts';
import { withSourced } from './sourced.ts';

/** The default routes that the network-scripts bring, by the rules of ifup-eth, ifup-routes and /etc/init.d/network. */
export function ifcfgDefaults(files: readonly NetworkFile[]): FileDefault[] {
  const interfaces = readInterfaces(files);
  const global = files.filter(({ path }) => path === globalPath).map((file) => withSourced(file, files))[0];
  return [
    ...interfaces.flatMap((one) => [...byRoutes(one, files), ...byGateway(one, global)]),
    ...files
      .filter(({ path }) => path === staticRoutesPath)
      .flatMap((file) => byStaticRoutes(file, interfaces)),
  ];
}

type Base = Pick<FileDefault, 'device' | 'isAtBoot' | 'mayBeOn'>;

function baseOf({ file, device, macAddress }: Interface): Base {
  const parent = parentOf(device);
  const isByMac = macAddress !== undefined && valueIn(file, 'DEVICE') === undefined;
  return {
    device: isByMac ? undefined : parent,
    isAtBoot: !isNo(valueIn(file, 'ONBOOT') ?? 'yes'),
    mayBeOn: (link: InterfaceRef) =>
      isByMac && link.macAddress !== undefined
        ? link.macAddress.toLowerCase() === macAddress
        : isByMac || link.interfaceName === parent,
  };
}

function byRoutes(one: Interface, files: readonly NetworkFile[]): FileDefault[] {
  return routeFiles(files)
    .filter(({ path }) => path === one.routePath)
    .flatMap((file) =>
      readRouteFile(file)
        .defaults.filter(({ isLive }) => isLive)
        .map(({ via }) => ({ ...baseOf(one), path: file.path, via, isLeased: false })),
    );
}

function byGateway(one: Interface, global: ShellFile | undefined): FileDefault[] {
  const { file, device, isDhcp } = one;
  const value = (key: string) => valueIn(file, key) ?? (global && valueIn(global, key));
  const only = value('GATEWAYDEV');
  if (isNo(value('DEFROUTE') ?? 'yes') || (only && only !== device)) return [];
  const base = { ...baseOf(one), path: file.path };
  if (isDhcp) return [{ ...base, via: undefined, isLeased: true }];
  const own = file.assignments.filter(({ key, value: to }) => /^GATEWAY\d*$/.test(key) && to !== '');
  const shared = global && parseIpv4(valueIn(global, 'GATEWAY') ?? '');
  const isReached = shared !== undefined && addressesOf(file).some((prefix) => contains(prefix, shared));
  return [
    ...own.map(({ value: via }) => ({ ...base, via, isLeased: false })),
    ...(own.length === 0 && isReached ? [{ ...base, path: globalPath, via: shared, isLeased: false }] : []),
  ];
}

function byStaticRoutes(file: NetworkFile, interfaces: readonly Interface[]): FileDefault[] {
  return staticDefaults(file).map(({ via, device }) => {
    const gateway = parseIpv4(via ?? '');
    const holder = interfaces.find((one) =>
      addressesOf(one.file).some((prefix) => gateway !== undefined && contains(prefix, gateway)),
    );
    const name = device ?? holder?.device;
    return {
      path: file.path,
      via,
      device: name,
      isLeased: false,
      isAtBoot: true,
      mayBeOn: ({ interfaceName }: InterfaceRef) => name === undefined || name === interfaceName,
    };
  });
}
