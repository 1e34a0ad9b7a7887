import { parseIpv4Prefix } from '../../../base/ipv4.ts';
import type { HostInterface, InterfaceRef, NetworkFile } from '../../types.ts';
import { ownDropIn } from '../drop-in.ts';
import { hasWildcard, nameOf } from '../text/glob.ts';
import { type IniFile, lastValue, readIni, type Section, type Setting, systemdDialect } from '../text/ini.ts';
import { judgeMatch, type MatchVerdict, soleMatch } from './match.ts';

/** A `.network` file with its drop-ins (systemd.network(5)). */
export interface Unit {
  /** such as `10-eth1.network` */
  readonly name: string;
  readonly file: IniFile;
  /** in networkd's order: by name, whatever their folder; without rc-wait's own */
  readonly dropIns: readonly IniFile[];
}

/** The folders of unit files; a file in a later one hides the same name in an earlier one. */
const folders = [
  '/lib/systemd/network',
  '/usr/lib/systemd/network',
  '/usr/local/lib/systemd/network',
  '/run/systemd/network',
  '/etc/systemd/network',
];

/** Globs of every file that networkd reads. */
export const networkdSources: readonly string[] = folders.flatMap((folder) => [
  `${folder}/*.network`,
  `${folder}/*.network.d/*.conf`,
]);

/**
 * The units that networkd loads, in its order: by name, whatever their folder. A file in /etc hides the one
 * of the same name in /run, and that one hides the one in /usr; an empty file, and one that networkd cannot read,
 * hides it and defines nothing.
 */
export function readUnits(files: readonly NetworkFile[]): Unit[] {
  const mains = new Map<string, NetworkFile>();
  const dropIns = new Map<string, Map<string, NetworkFile>>();
  for (const folder of folders) {
    for (const file of files.filter(({ path }) => path.startsWith(`${folder}/`))) {
      const [name = '', dropIn] = file.path.slice(folder.length + 1).split('/');
      if (dropIn === undefined) mains.set(name, file);
      else dropIns.set(name, (dropIns.get(name) ?? new Map()).set(dropIn, file));
    }
  }
  // networkd drops the whole unit for a file that it cannot read: "Failed to load %s, ignoring" (networkd-network.c).
  const isReadable = ([name, file]: readonly [string, NetworkFile]): boolean =>
    [file, ...(dropIns.get(`${name}.d`)?.values() ?? [])].every(({ ignored }) => ignored === undefined);
  return [...mains]
    .filter(([, file]) => file.text !== '')
    .filter(isReadable)
    .sort(byName)
    .map(([name, file]) => ({
      name,
      file: readIni(file, systemdDialect),
      dropIns: [...(dropIns.get(`${name}.d`) ?? [])]
        .filter(([dropIn, { text }]) => dropIn !== ownDropIn && text !== '')
        .sort(byName)
        .map(([, one]) => readIni(one, systemdDialect)),
    }))
    .filter(({ file }) => !isForGuests(file));
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** systemd ships a file for `host0`, by DHCP, inside nspawn containers. A cloud server never uses it. */
function isForGuests({ path, sections }: IniFile): boolean {
  const condition = lastValue(named(sections, 'Match'), 'Virtualization');
  return /^(\/usr)?\/lib\//.test(path) && condition === 'container';
}

/** All sections of one of these names, in a unit and its drop-ins. */
export function sectionsOf({ file, dropIns }: Unit, ...names: string[]): Section[] {
  return [file, ...dropIns].flatMap(({ sections }) => named(sections, ...names));
}

function named(sections: readonly Section[], ...names: string[]): Section[] {
  return sections.filter(({ name }) => names.includes(name));
}

/** A setting and its file. */
export interface Placed {
  readonly file: IniFile;
  readonly setting: Setting;
}

/** The settings, in sections of these names, of a unit and its drop-ins, in networkd's order. */
export function placedSettings({ file, dropIns }: Unit, ...names: string[]): Placed[] {
  return [file, ...dropIns].flatMap((one) => placedIn(one, names));
}

/** The same of the drop-ins alone that networkd reads after rc-wait's. */
export function lateSettings({ dropIns }: Unit, ...names: string[]): Placed[] {
  return dropIns.filter(({ path }) => nameOf(path) > ownDropIn).flatMap((one) => placedIn(one, names));
}

function placedIn(file: IniFile, names: readonly string[]): Placed[] {
  return named(file.sections, ...names).flatMap(({ settings }) =>
    settings.map((setting) => ({ file, setting })),
  );
}

/** A boolean as systemd reads it; undefined for anything else. */
export function truth(word: string | undefined): boolean | undefined {
  if (word === undefined) return undefined;
  if (/^(1|yes|y|true|t|on)$/i.test(word)) return true;
  return /^(0|no|n|false|f|off)$/i.test(word) ? false : undefined;
}

/** A unit that may configure an interface. */
export interface Candidate {
  readonly unit: Unit;
  readonly verdict: MatchVerdict;
}

/**
 * The units that may configure an interface, likeliest first: only the one that networkd names, if
 * it could be asked; else those that may match, up to and including the first that certainly does.
 * More than one means that it cannot be determined.
 */
export function candidatesFor(units: readonly Unit[], link: InterfaceRef): Candidate[] {
  const named = link.file && units.find(({ name }) => name === nameOf(link.file ?? ''));
  if (named) return [{ unit: named, verdict: 'yes' }];
  const candidates = units
    .map((unit) => ({ unit, verdict: judgeMatch(sectionsOf(unit, 'Match'), link) }))
    .filter(({ verdict }) => verdict !== 'no');
  const first = candidates.findIndex(({ verdict }) => verdict === 'yes');
  return first === -1 ? candidates : candidates.slice(0, first + 1);
}

/** netplan's networkd renderer writes these at each boot; such an interface belongs to netplan. */
export function isFromNetplan({ file }: Unit): boolean {
  return file.path.startsWith('/run/systemd/network/10-netplan-');
}

/** Whether networkd ignores the unit's interface. */
export function isUnmanaged(unit: Unit): boolean {
  return truth(lastValue(sectionsOf(unit, 'Link'), 'Unmanaged')) === true;
}

/** The name of the unit's interface, if the unit gives it; else the unit's own name. */
export function interfaceNameOf(unit: Unit): string {
  const name = soleMatch(sectionsOf(unit, 'Match'), 'Name');
  return name !== undefined && !hasWildcard(name) ? name : unit.name.replace(/\.network$/, '');
}

/** The names of units that identify their interface only by its MAC address. */
export function labelsOf(units: readonly Unit[]): string[] {
  return units
    .filter((unit) => {
      const match = sectionsOf(unit, 'Match');
      const name = soleMatch(match, 'Name');
      return (name === undefined || hasWildcard(name)) && soleMatch(match, 'MACAddress') !== undefined;
    })
    .map(interfaceNameOf);
}

/** The static IPv4 addresses, by the names of `interfaceNameOf`. */
export function staticAddresses(units: readonly Unit[]): HostInterface[] {
  return units
    .filter((unit) => !isFromNetplan(unit))
    .map((unit) => {
      const macAddress = soleMatch(sectionsOf(unit, 'Match'), 'MACAddress')
        ?.toLowerCase()
        .replaceAll('-', ':');
      const addresses = sectionsOf(unit, 'Network', 'Address')
        .flatMap(({ settings }) => settings)
        .filter(({ key }) => key === 'Address')
        .map(({ value }) => parseIpv4Prefix(value));
      return {
        name: interfaceNameOf(unit),
        addresses: addresses.filter((prefix) => prefix !== undefined),
        ...(macAddress === undefined ? {} : { macAddress }),
      };
    });
}
