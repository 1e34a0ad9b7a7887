import type { NetworkFile } from '../../../../src/network/types.ts';

const units = ['10-eth1', '10-eth0', '50-eth2', '30-eth3'];

/**
 * The default routes that a set of files gives, read anew with no code of the product's. One that may come in
 * option 121 has the metric of DHCP, and is none where a static one is taken before it.
 */
export function defaultsIn(files: readonly NetworkFile[]): string[] {
  return routesIn(files).filter((route) => !route.endsWith(' classless'));
}

/** The default routes that a set of files may bring, whichever is taken. */
export function routesIn(files: readonly NetworkFile[]): string[] {
  const found = new Set<string>();
  for (const unit of units) {
    const texts = textsOf(files, unit);
    const settings: Record<string, string> = {};
    const name = unit.slice(3);
    for (const section of texts.flatMap(sectionsOf)) {
      for (const [key, value] of section.pairs) {
        if (section.name === 'Network' && key === 'Gateway' && !value.includes(':'))
          found.add(`${name} ${value}`);
        if (section.name === 'Network' && key === 'DefaultRouteOnDevice') found.add(`${name} device`);
        settings[`${section.name.replace(/^DHCP$/, 'DHCPv4')}.${key}`] = value;
      }
      const route = Object.fromEntries(section.pairs);
      const via = route.Gateway ?? '';
      const everything = (route.Destination ?? (via === '' ? '' : '0.0.0.0/0')) === '0.0.0.0/0';
      if (section.name === 'Route' && everything && !via.includes(':') && !route.Table && !route.Type)
        found.add(`${name} ${via}`);
    }
    const isOn = (key: string, otherwise: boolean) =>
      settings[key] === undefined ? otherwise : /^(yes|true)$/.test(settings[key]);
    const routes = isOn('DHCPv4.UseRoutes', true);
    if (settings['Network.DHCP'] === 'yes') {
      if (isOn('DHCPv4.UseGateway', routes)) found.add(`${name} router`);
      if (routes)
        found.add(`${name} ${settings['DHCPv4.RouteMetric'] === '0' ? 'classless 0' : 'classless'}`);
    }
  }
  return [...found];
}

/** The texts of a unit's file and drop-ins, in the order in which they count; none without its file. */
function textsOf(files: readonly NetworkFile[], unit: string): string[] {
  // Drop-ins without their file add to nothing.
  if (!files.some(({ path }) => path.endsWith(`/${unit}.network`))) return [];
  return files
    .filter(({ path }) => path.includes(`/${unit}.network`))
    .filter(
      ({ path }) =>
        path.startsWith('/etc') || !files.some((one) => one.path === path.replace('/usr/lib', '/etc')),
    )
    .sort((a, b) => (order(a.path) < order(b.path) ? -1 : 1))
    .map(({ text }) => text);
}

/** The resolvers and domains of an interface. */
export function resolversOf(files: readonly NetworkFile[], name: string): string[] {
  const lists: Record<string, string[]> = { DNS: [], Domains: [] };
  for (const section of textsOf(files, unitOf(name)).flatMap(sectionsOf)) {
    if (section.name !== 'Network') continue;
    for (const [key, value] of section.pairs) {
      if (lists[key] === undefined) continue;
      lists[key] = value === '' ? [] : [...lists[key], ...value.split(/\s+/)];
    }
  }
  return Object.values(lists).flat();
}

/** The value of a key that an interface ends up with. */
export function settingOf(
  files: readonly NetworkFile[],
  name: string,
  section: string,
  key: string,
): string | undefined {
  const pairs = textsOf(files, unitOf(name))
    .flatMap(sectionsOf)
    .filter((one) => one.name === section)
    .flatMap((one) => one.pairs);
  return pairs.findLast(([one]) => one === key)?.[1];
}

function unitOf(name: string): string {
  return units.find((unit) => unit.endsWith(name)) ?? '';
}

function order(path: string): string {
  return path.endsWith('.network') ? '' : path.slice(path.lastIndexOf('/'));
}

function sectionsOf(text: string): { name: string; pairs: [string, string][] }[] {
  const plain = text
    .replace(/\r/g, '')
    .replace(/^[ \t]*[#;].*\n?/gm, '')
    .replace(/\\\n/g, ' ');
  return plain
    .split(/^[ \t]*(?=\[)/m)
    .filter((part) => part.startsWith('['))
    .map((part) => {
      const [head = '', ...lines] = part.split('\n');
      const pairs = lines
        .filter((line) => line.includes('='))
        .map((line): [string, string] => [
          line.slice(0, line.indexOf('=')).trim(),
          line.slice(line.indexOf('=') + 1).trim(),
        ]);
      return { name: head.trim().slice(1, -1), pairs };
    });
}
