import type { NetworkFile } from '../../../../src/network/types.ts';

/** The variables of a file, read anew with no code of the product's, and only as far as the cases go. */
export function variables(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const plain = text
    .replace(/\r/g, '')
    .replace(/'two\nlines'/g, 'x')
    .replace(/^\s*#.*$/gm, '')
    .replace(/\\\n/g, '')
    .replace(/NAME=".*"/g, '')
    .replace(/ # .*$/gm, '');
  for (const [, key, value] of plain.matchAll(/(?:^|\s|;)([A-Z][A-Z\d_]*)=("[^"]*"|'[^']*'|[^\s;]*)/g))
    found.set(key ?? '', (value ?? '').replace(/["']/g, ''));
  return found;
}

/** What the files say of one interface, by the rules of ifup-eth, ifup-post and ifup-routes. */
export interface Reading {
  readonly isPublic: boolean;
  /** by their numbers, whatever gaps there are */
  readonly servers: readonly string[];
  readonly numbers: readonly number[];
  readonly domains: readonly string[];
  readonly isUp: boolean;
}

export function readingOf(files: readonly NetworkFile[], name: string): Reading {
  const textOf = (path: string) => files.find((file) => file.path.endsWith(path))?.text ?? '';
  const own = variables(textOf(`/ifcfg-${name}`));
  const all = new Map([...variables(textOf('/etc/sysconfig/network')), ...own]);
  const routes = textOf(`/route-${name}`);
  const isRouted =
    /^(unicast )?(default|0\.0\.0\.0\/0)(?!.*table)/m.test(routes) || /^ADDRESS\d=0\.0\.0\.0/m.test(routes);
  const device = all.get('GATEWAYDEV');
  const gateways = [...own].filter(([key, value]) => /^GATEWAY\d*$/.test(key) && value !== '');
  const holds = device ? device === name : all.get('BOOTPROTO') === 'dhcp' || gateways.length > 0;
  const numbered = [...own]
    .filter(([key, value]) => /^DNS\d+$/.test(key) && value !== '')
    .map(([key, value]): [number, string] => [Number(key.slice(3)), value])
    .sort(([a], [b]) => a - b);
  const domains = [own.get('DOMAIN') ?? '', own.get('IPV6_DOMAIN') ?? ''].join(' ').split(/\s+/);
  return {
    isPublic:
      files.some(({ path }) => path.endsWith(`/ifcfg-${name}`)) &&
      (isRouted || (holds && !/^no$/i.test(all.get('DEFROUTE') ?? ''))),
    servers: numbered.map(([, server]) => server),
    numbers: numbered.map(([number]) => number),
    domains: domains.filter((domain) => domain !== ''),
    isUp: own.get('ONBOOT') !== 'no',
  };
}
