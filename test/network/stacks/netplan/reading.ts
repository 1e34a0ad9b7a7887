import { parse } from 'yaml';
import type { NetworkFile } from '../../../../src/network/types.ts';

interface Route {
  to?: string;
  via?: string;
  table?: unknown;
}

interface Ethernet {
  gateway4?: string;
  routes?: Route[];
  dhcp4?: unknown;
  'dhcp4-overrides'?: { 'use-routes'?: boolean };
  nameservers?: { addresses?: string[]; search?: string[] };
  'activation-mode'?: string;
}

/** What one file says of one ID. */
interface Said {
  readonly path: string;
  readonly id: string;
  readonly settings: Ethernet;
}

/** What the files say, in netplan's order; read with no code of the product's. */
export function readingOf(files: readonly NetworkFile[]): Said[] {
  return files
    .filter(({ path }) => path.endsWith('.yaml'))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap(({ path, text }) =>
      Object.entries<Ethernet>(parse(text)?.network?.ethernets ?? {}).map(([id, settings]) => ({
        path,
        id,
        settings,
      })),
    );
}

/** The IPv4 default routes that a set of files gives: `eth0 203.0.113.1`. */
export function defaultsIn(reading: readonly Said[]): string[] {
  return reading.flatMap(({ id, settings: { gateway4, routes = [] } }) => [
    ...(gateway4 === undefined ? [] : [`${id} ${gateway4}`]),
    ...routes.filter(isDefault).map(({ via }) => `${id} ${via}`),
  ]);
}

function isDefault({ to, via, table }: Route): boolean {
  return ['default', '0.0.0.0/0', '0/0'].includes(to ?? '') && !via?.includes(':') && table === undefined;
}

/** The resolvers and search domains of an ID, in netplan's order. */
export function resolversOf(reading: readonly Said[], wanted: string): string[] {
  const all = reading.filter(({ id }) => id === wanted);
  const nameservers = all.map(({ settings }) => settings.nameservers ?? {});
  return [
    ...nameservers.flatMap(({ addresses }) => addresses ?? []),
    ...nameservers.flatMap(({ search }) => search ?? []),
  ];
}

/** Whether an ID has an IPv4 default route, of its own or by DHCP. */
export function isPublic(reading: readonly Said[], wanted: string): boolean {
  const all = reading.filter(({ id }) => id === wanted);
  const dhcp4 = all.findLast(({ settings }) => settings.dhcp4 !== undefined)?.settings.dhcp4;
  return (
    ['yes', 'true', true].includes(dhcp4 as string) ||
    all.some(({ settings: { gateway4, routes } }) => gateway4 !== undefined || routes?.some(isDefault))
  );
}

/** The IDs that are down from now on. */
export function disabledIn(reading: readonly Said[]): string[] {
  return reading.filter(({ settings }) => settings['activation-mode'] === 'off').map(({ id }) => id);
}

/**
 * Everything but default routes, resolvers and what is ours, of each ID in each file.
 * @param before the files as they were: a copy of a route of another file, which keeps a list at its length (see
 *   lists.ts), adds nothing, and is left out where the list did not have that route before
 */
export function restOf(reading: readonly Said[], before: readonly Said[] = reading): unknown[] {
  return reading.map(({ path, id, settings }) => {
    const { gateway4: _gateway4, nameservers, routes, ...rest } = settings;
    const had = before.filter((one) => one.id === id);
    const here = wordsIn(had.filter((one) => one.path === path));
    const elsewhere = wordsIn(had.filter((one) => one.path !== path));
    const own = routes && [...wordsIn([{ path, id, settings }])];
    return {
      path,
      id,
      ...rest,
      ...(id === 'eth2' ? { nameservers } : {}),
      routes: own?.filter((words) => here.has(words) || !elsewhere.has(words)),
    };
  });
}

/** The routes in some files, without default routes; one that is there twice is one route. */
function wordsIn(reading: readonly Said[]): Set<string> {
  const routes = reading.flatMap(({ settings }) => settings.routes ?? []);
  return new Set(routes.filter((route) => !isDefault(route)).map(wordsOf));
}

/** A route with its numbers as text: the copy of one has them in quotes, which is the same to netplan. */
function wordsOf(route: Route): string {
  return JSON.stringify(route, (_, value: unknown) => (typeof value === 'number' ? String(value) : value));
}
