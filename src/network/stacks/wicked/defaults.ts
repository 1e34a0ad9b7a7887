import type { FileDefault, InterfaceRef, NetworkFile } from '../../types.ts';
import { valueIn } from '../text/shell.ts';
import { readInterfaces, routeFiles, sharedDefaultRoute } from './files.ts';
import { deviceOf } from './public.ts';
import { defaultsOf } from './routes.ts';

/** The default routes from `ifroute-` files, `routes`, and DHCP. */
export function wickedDefaults(files: readonly NetworkFile[]): FileDefault[] {
  const interfaces = readInterfaces(files);
  const shared = sharedDefaultRoute(files);
  const isAtBoot = (name: string | undefined) => {
    const file = interfaces.find((one) => one.name === name)?.file;
    return file === undefined ? name === undefined : !/^(off|manual)$/.test(valueIn(file, 'STARTMODE') ?? '');
  };
  const on = (device: string | undefined) => ({
    device,
    isAtBoot: isAtBoot(device),
    mayBeOn: ({ interfaceName }: InterfaceRef) => device === undefined || interfaceName === device,
  });
  const held = routeFiles(files).flatMap(({ path, text }) =>
    defaultsOf(text).map((route) => ({
      ...on(deviceOf(route, path, interfaces)),
      path,
      via: route.via === '-' ? undefined : route.via,
      isLeased: false,
    })),
  );
  const leased = interfaces
    .filter(({ file, isDhcp }) => isDhcp && (valueIn(file, 'DHCLIENT_SET_DEFAULT_ROUTE') ?? shared) !== 'no')
    .map(({ file: { path }, name }) => ({ ...on(name), path, via: undefined, isLeased: true }));
  return [...held, ...leased];
}
