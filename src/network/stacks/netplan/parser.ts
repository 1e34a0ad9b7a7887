import { parseIpv4 } from '../../../base/ipv4.ts';
import type { InterfaceRef, NetworkFile, ParsedRoute, Parser } from '../../types.ts';
import { nameOf } from '../text/glob.ts';
import { keyfileDialect, lastValue, readIni, type Section, systemdDialect } from '../text/ini.ts';

/**
 * Runs `netplan generate` on a copy of the files: for each ID it writes a unit of networkd or a profile of
 * NetworkManager. With --root-dir it starts nothing and reads nothing else.
 * @param idOf the ID of an interface; undefined if there is none
 */
export function netplanParser(
  idOf: (files: readonly NetworkFile[], link: InterfaceRef) => string | undefined,
): Parser {
  return {
    tool: 'netplan',
    makes: ['/run/systemd/network', '/run/NetworkManager/system-connections'],
    question: (files, folder) => ({
      files,
      command: { argv: ['netplan', 'generate', '--root-dir', folder], timeoutMs: 60_000, check: true },
    }),
    routes({ files, target, made }) {
      const id = idOf(files, target);
      // Without a file for this ID there is no answer: a later release may write others, or take another command.
      if (!made.some(({ path }) => idIn(path) === id)) return undefined;
      return made.flatMap((file) =>
        file.path.endsWith('.network') ? routesOfUnit(file) : routesOfProfile(file),
      );
    },
  };
}

/** The ID in the name of a generated file: `10-netplan-eth1.network`, `netplan-eth1.nmconnection`. */
function idIn(path: string): string | undefined {
  return /^(?:10-netplan-(.*)\.network|netplan-(.*)\.nmconnection)$/
    .exec(nameOf(path))
    ?.slice(1)
    .find(Boolean);
}

function routesOfUnit(file: NetworkFile): ParsedRoute[] {
  const { sections } = readIni(file, systemdDialect);
  const network = sections.filter(({ name }) => name === 'Network');
  // The routes of an interface in a VRF belong to the table of the VRF.
  if (lastValue(network, 'VRF')) return [];
  const on = idIn(file.path) ?? '';
  const gateways = network.flatMap(({ settings }) => settings).filter(({ key }) => key === 'Gateway');
  return [
    ...gateways.flatMap(({ value }) => (parseIpv4(value) ? [{ on, to: '0.0.0.0/0', via: value }] : [])),
    ...sections.filter(({ name }) => name === 'Route').flatMap((section) => routeOf(section, on)),
  ];
}

function routeOf(section: Section, on: string): ParsedRoute[] {
  const setting = (key: string) => lastValue([section], key) || undefined;
  const [to = '0.0.0.0/0', via] = [setting('Destination'), setting('Gateway')];
  const isMain = [undefined, 'main', '254'].includes(setting('Table'));
  const isUnicast = [undefined, 'unicast'].includes(setting('Type'));
  const isIpv6 = to.includes(':') || via?.includes(':') === true;
  return isMain && isUnicast && !isIpv6 ? [{ on, to: prefixOf(to), via }] : [];
}

/** `[ipv4]` of a keyfile: `gateway`, the gateway after an address, and `route1=PREFIX,GATEWAY,METRIC`. */
function routesOfProfile(file: NetworkFile): ParsedRoute[] {
  const ipv4 = readIni(file, keyfileDialect).sections.filter(({ name }) => name === 'ipv4');
  const on = idIn(file.path) ?? '';
  const settings = ipv4.flatMap((section) => section.settings);
  const isNever = lastValue(ipv4, 'never-default') === 'true';
  const found = settings.flatMap(({ key, value }): ParsedRoute[] => {
    const [first = '', second] = value.split(',');
    if (key === 'gateway') return [{ on, to: '0.0.0.0/0', via: value }];
    if (/^address\d+$/.test(key)) return second ? [{ on, to: '0.0.0.0/0', via: second }] : [];
    const isElsewhere = /(^|,)(table=(?!254\b)|type=(?!unicast\b))/.test(
      lastValue(ipv4, `${key}_options`) ?? '',
    );
    return /^route\d+$/.test(key) && !isElsewhere
      ? [{ on, to: prefixOf(first), via: second || undefined }]
      : [];
  });
  return found.filter(({ to }) => !isNever || to !== '0.0.0.0/0');
}

/** The prefix with one spelling for the default route. */
function prefixOf(text: string): string {
  return /^0+(\.0+){3}\/0+$/.test(text) ? '0.0.0.0/0' : text;
}
