import { type Ipv4Prefix, parseIpv4, parseIpv4Prefix } from '../../../base/ipv4.ts';
import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { globPattern, nameOf } from '../text/glob.ts';
import {
  cannotRead,
  type IniFile,
  keyfileDialect,
  lastValue,
  readIni,
  type Section,
  type Setting,
} from '../text/ini.ts';
import { macOf, withNames } from './name.ts';

/** A connection profile in NetworkManager's own format (nm-settings-keyfile(5)). */
export interface Profile {
  readonly file: IniFile;
  readonly uuid: string | undefined;
  /** the name that it gives or implies; undefined if it does neither */
  readonly interfaceName: string | undefined;
  /** `auto`, `manual`, `disabled`, …; undefined without [ipv4], which means `auto` */
  readonly method: string | undefined;
  readonly addresses: readonly AddressSetting[];
  readonly routes: readonly RouteSetting[];
}

/** `address1=10.208.5.7/19,10.208.0.1` */
interface AddressSetting {
  readonly prefix: Ipv4Prefix;
  readonly gateway: string | undefined;
}

/** `route1=10.176.0.0/12,10.208.0.1`, with the lines of `route1_options` */
interface RouteSetting {
  readonly isDefault: boolean;
  /** the last line with its key, so NetworkManager uses it */
  readonly isLive: boolean;
  readonly via: string | undefined;
  readonly lines: readonly number[];
}

const folder = 'NetworkManager/system-connections';

/** The folders; a profile in a later one hides those of the same UUID in earlier ones (seen with 1.42). */
const folders = [`/usr/lib/${folder}/`, `/etc/${folder}/`, `/run/${folder}/`];

/** Globs of all profiles; in /etc they may have any name, because older releases used others. */
export const profileSources: readonly string[] = [
  `/usr/lib/${folder}/*.nmconnection`,
  `/etc/${folder}/*`,
  `/run/${folder}/*.nmconnection`,
];

/** Whether NetworkManager skips a file as a backup, a temporary file or a certificate by name (nms-keyfile-utils.c). */
export function isPassedOver(path: string): boolean {
  const name = nameOf(path);
  return /^\.|.~$|.\.(swp|swpx|pem|der)$/i.test(name) || /\.[A-Za-z0-9]{6}$/.test(name);
}

/**
 * Whether a file is meant to be an interface's profile. NetworkManager skips every file that it cannot read; rc-wait
 * skips those not meant as profiles, such as a key or a note, and refuses the others, because somebody relies on them.
 */
function isMeant({ text }: NetworkFile): boolean {
  return (
    /^\ufeff?[ \t]*\[connection\]/m.test(text) && /^[ \t]*(interface-name|mac-address)[ \t]*=/m.test(text)
  );
}

/** Tunnels have a default route only on purpose; loopback never has one. */
const otherTypes = new Set(['vpn', 'wireguard', 'loopback']);

/**
 * The profiles that may configure an Ethernet interface, without those that NetworkManager
 * created to show what others have configured ("volatile").
 */
export function readProfiles(files: readonly NetworkFile[]): Profile[] {
  return readAllProfiles(files).filter(
    (profile) =>
      setting(profile, '.nmmeta', 'volatile') !== 'true' &&
      !otherTypes.has(setting(profile, 'connection', 'type') ?? '') &&
      controllerOf(profile) === undefined,
  );
}

/** Every profile that NetworkManager loads, including ports and tunnels. */
export function readAllProfiles(files: readonly NetworkFile[]): Profile[] {
  const byKey = new Map<string, Omit<Profile, 'interfaceName'>>();
  for (const start of folders) {
    for (const file of files.filter(({ path }) => path.startsWith(start))) {
      if (isPassedOver(file.path) || file.ignored !== undefined) continue;
      const ini = readFile(file);
      if (ini === undefined) continue;
      const profile = readProfile(ini);
      byKey.set(profile.uuid ?? file.path, profile);
    }
  }
  return withNames(byKey.values());
}

function readFile(file: NetworkFile): IniFile | undefined {
  if (isMeant(file)) return readTyped(file);
  try {
    return file.text === '' ? undefined : readTyped(file);
  } catch {
    return undefined;
  }
}

/** Sections of connection types; the first in a profile gives the type if `type` is missing (nm-connection.c). */
const kinds =
  /^(ethernet|802-3-ethernet|802-11-wireless|wifi|infiniband|bond|bridge|team|vlan|vxlan|macvlan|ip-tunnel|tun|dummy|veth|vrf|wireguard|vpn|loopback|generic|gsm|cdma|pppoe)$/;

/** @throws RcWaitError NETWORK_FILE also if the type is unknown: NetworkManager 1.42 does not load such a profile */
function readTyped(file: NetworkFile): IniFile {
  const ini = readIni(file, keyfileDialect);
  const type = lastValue(named(ini, 'connection'), 'type');
  if (type || ini.sections.some(({ name }) => kinds.test(name))) return ini;
  const line = named(ini, 'connection')[0]?.head[0] ?? 0;
  throw cannotRead(file.path, line, '[connection] has no "type"', keyfileDialect);
}

/** The name or UUID of the bond or bridge whose port a profile is; a port has no addresses of its own. */
export function controllerOf(profile: Profile): string | undefined {
  return ['controller', 'master'].map((key) => setting(profile, 'connection', key)).find(Boolean);
}

function readProfile(file: IniFile): Omit<Profile, 'interfaceName'> {
  const sections = ipv4Sections(file);
  const settings = sections.flatMap((section) => section.settings);
  // NetworkManager sorts by number, not by line.
  const numbered = (pattern: RegExp) =>
    settings
      .flatMap((one) => {
        const [, digits] = pattern.exec(one.key) ?? [];
        return digits === undefined ? [] : [{ number: Number(digits || -1), one }];
      })
      .sort((a, b) => a.number - b.number);
  return {
    file,
    uuid: lastValue(named(file, 'connection'), 'uuid'),
    method: sections.length > 0 ? lastValue(sections, 'method') : undefined,
    addresses: numbered(/^address(?:es)?(\d*)$/).flatMap(
      ({ one }) => (isLive(one, settings) && addressOf(one)) || [],
    ),
    routes: numbered(/^routes?(\d*)$/).map(({ one }) => routeOf(one, settings)),
  };
}

/** Whether a setting is the last of its key, which is the one that GLib uses. */
function isLive(one: Setting, settings: readonly Setting[]): boolean {
  return settings.findLast(({ key }) => key === one.key) === one;
}

/** `ADDRESS/LENGTH,GATEWAY`, in older files `ADDRESS;LENGTH;GATEWAY;`; `0.0.0.0` means no gateway. */
function addressOf({ value }: Setting): AddressSetting | undefined {
  const [, address, length, gateway] = /^([\d.]+)[/;,](\d+)(?:[;,]([\d.]+))?[;,]?$/.exec(value) ?? [];
  const prefix = parseIpv4Prefix(`${address}/${length}`);
  return prefix && { prefix, gateway: gateway === '0.0.0.0' ? undefined : gateway };
}

function routeOf(route: Setting, settings: readonly Setting[]): RouteSetting {
  const [, to = '', via] = /^([\d.]+[/;,]\d+)(?:[;,]([\d.]+))?(?:[;,]|$)/.exec(route.value) ?? [];
  const options = settings.filter(({ key }) => key === `${route.key}_options`);
  const all = options.map(({ value }) => value).join(',');
  const [, table = '254'] = /(?:^|,)\s*table=(\w+)/.exec(all) ?? [];
  const [, type = 'unicast'] = /(?:^|,)\s*type=(\w+)/.exec(all) ?? [];
  return {
    // NetworkManager masks the address by its length. Other tables belong to policy rules; a black hole carries nothing.
    isDefault: /^\d+(\.\d+){3}[/;,]0+$/.test(to) && table === '254' && type === 'unicast',
    isLive: isLive(route, settings),
    via,
    lines: [route, ...options].flatMap(({ lines }) => lines),
  };
}

/** The sections of IPv4; GLib merges sections of one name. */
export function ipv4Sections(file: IniFile): Section[] {
  return named(file, 'ipv4');
}

/** The last value of a key in all sections of a name. */
export function setting({ file }: Pick<Profile, 'file'>, section: string, key: string): string | undefined {
  return lastValue(named(file, section), key);
}

/** The name of a profile's interface, if it gives or implies one; else the file's own. */
export function interfaceNameOf(profile: Profile): string {
  return profile.interfaceName ?? nameOf(profile.file.path);
}

/** All sections of a name. */
export function named({ sections }: IniFile, name: string): Section[] {
  return sections.filter((section) => section.name === name);
}

/** A boolean as GLib reads it; undefined for anything else, which NetworkManager ignores. */
export function truth(word: string | undefined): boolean | undefined {
  if (word === 'true' || word === '1') return true;
  return word === 'false' || word === '0' ? false : undefined;
}

/** The gateway: the key wins over the one after an address (seen with 1.42). */
export function gatewayOf(profile: Profile): string | undefined {
  const key = setting(profile, 'ipv4', 'gateway') ?? '';
  if (parseIpv4(key) !== undefined) return key;
  return profile.addresses.find(({ gateway }) => gateway !== undefined)?.gateway;
}

/**
 * Whether a profile may take a default route from DHCP. With `ignore-auto-routes` NetworkManager takes no route at
 * all from it (NM_L3_CONFIG_MERGE_FLAGS_NO_ROUTES in nm-l3-config-data.c), but a gateway of the profile stays.
 */
export function takesRouter(profile: Profile): boolean {
  const isIgnoring = truth(setting(profile, 'ipv4', 'ignore-auto-routes')) === true;
  return [undefined, 'auto'].includes(profile.method) && !isIgnoring;
}

/** Whether a profile is for `this` interface, for `another`, or for `any` that matches. */
export function isFor(
  profile: Profile,
  { interfaceName, macAddress }: InterfaceRef,
): 'this' | 'another' | 'any' {
  const name = profile.interfaceName;
  const mac = macOf(profile);
  if (name && name !== interfaceName) return 'another';
  if (mac && macAddress && mac !== macAddress.toLowerCase()) return 'another';
  if (name || (mac && macAddress)) return 'this';
  const globs = (setting(profile, 'match', 'interface-name') ?? '').split(/[;\s]+/).filter(Boolean);
  // Patterns with a prefix (`&`, `!`, `|`) are not evaluated: such a profile is never for one interface only.
  const isPlain = globs.length > 0 && globs.every((glob) => /^\w/.test(glob));
  return isPlain && !globs.some((glob) => globPattern(glob).test(interfaceName)) ? 'another' : 'any';
}

/** netplan writes these at each boot; such an interface belongs to netplan. */
export function isFromNetplan(path: string): boolean {
  return path.startsWith(`/run/${folder}/netplan-`);
}

/** Whether a profile's routes go into the main table. Zero means main unless changed globally, which nobody does. */
export function isMainTable(profile: Profile): boolean {
  return ['0', '254', undefined].includes(setting(profile, 'ipv4', 'route-table'));
}
