import { parse } from 'yaml';
import type { NetworkFile } from '../../../../src/network/types.ts';

interface Route {
  to?: string;
  via?: string;
  table?: unknown;
}

interface Settings {
  gateway4?: string;
  routes?: Route[];
}

/** Which netplan reads the files: 0.100 to 0.105 leave lists of routes out, others take them all. */
export type Parser = 'old' | 'new';

/**
 * The routes that netplan makes of the files, `eth1 10.0.0.0/8 10.208.0.1`, each once. handle_routes() of
 * netplan 0.101 leaves a list out that is as long as what it has of the ID by then (LP 2003061).
 */
function routesBy(parser: Parser, files: readonly NetworkFile[]): string[] {
  const gateways = new Map<string, string>();
  const lists = new Map<string, Route[]>();
  const byName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const own = files.filter(({ path }) => path.endsWith('.yaml'));
  for (const { text } of own.toSorted((a, b) => (byName(a.path) < byName(b.path) ? -1 : 1))) {
    const sections = Object.values<unknown>(parse(text)?.network ?? {});
    for (const section of sections.filter((one) => typeof one === 'object' && one !== null)) {
      for (const [id, { gateway4, routes = [] }] of Object.entries(section as Record<string, Settings>)) {
        if (gateway4 !== undefined) gateways.set(id, gateway4);
        const known = lists.get(id) ?? [];
        if (parser === 'new' || known.length !== routes.length) lists.set(id, [...known, ...routes]);
      }
    }
  }
  const all = [
    ...[...gateways].map(([id, via]) => `${id} 0.0.0.0/0 ${via}`),
    ...[...lists].flatMap(([id, routes]) =>
      routes.map(({ to = '', via, table }) => {
        const where = ['default', '0/0'].includes(to) && !via?.includes(':') ? '0.0.0.0/0' : to;
        return `${id} ${where} ${via}${table === undefined ? '' : ` table ${table}`}`;
      }),
    ),
  ];
  return [...new Set(all)].sort();
}

/** The IPv4 default routes of the main table among them. */
export function defaultsBy(parser: Parser, files: readonly NetworkFile[]): string[] {
  return routesBy(parser, files).filter((route) => isDefault(route));
}

/** All else. */
export function othersBy(parser: Parser, files: readonly NetworkFile[]): string[] {
  return routesBy(parser, files).filter((route) => !isDefault(route));
}

function isDefault(route: string): boolean {
  return / 0\.0\.0\.0\/0 [\d.]+$/.test(route);
}
