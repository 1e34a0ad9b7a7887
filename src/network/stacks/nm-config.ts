import type { BootObstacle, InterfaceRef, NetworkFile } from '../types.ts';
import type { DaemonConfig } from './at-boot.ts';
import { globPattern, nameOf } from './text/glob.ts';
import { type IniFile, keyfileDialect, readIni, type Section } from './text/ini.ts';

/** Globs of NetworkManager's own configuration (NetworkManager.conf(5)). */
const nmConfigSources: readonly string[] = [
  '/usr/lib/NetworkManager/conf.d/*.conf',
  '/run/NetworkManager/conf.d/*.conf',
  '/etc/NetworkManager/NetworkManager.conf',
  '/etc/NetworkManager/conf.d/*.conf',
];

/** What NetworkManager's own configuration says of interfaces. */
export const nmConfig: DaemonConfig = {
  sources: nmConfigSources,
  leavesAlone,
  bringsUp(config, link) {
    const { interfaceName } = link;
    if (unmanagedBy(config, link) !== undefined || isWithoutDefaultProfile(config, link)) return undefined;
    return `no file configures ${interfaceName}, so NetworkManager makes a profile of its own for it, which brings a default route where a DHCP server names one; no-auto-default=* in [main] of /etc/NetworkManager/conf.d/ keeps it from that`;
  },
};

function leavesAlone(config: readonly NetworkFile[], link: InterfaceRef): BootObstacle | undefined {
  const found = unmanagedBy(config, link);
  if (found === undefined) return undefined;
  const isCertain = found.verdict === 'yes';
  const words = isCertain ? found.words : `${found.words}, as far as can be told`;
  return {
    reason: `NetworkManager leaves ${link.interfaceName} alone after a boot: ${words}`,
    way: `take ${link.interfaceName} out of ${found.key} there`,
    isCertain,
  };
}

/** Whether a list of devices has an interface; `maybe` if that depends on facts in no file. */
type InList = 'yes' | 'maybe' | 'no';

/** A verdict with the place that decides it. */
interface Judgement {
  readonly verdict: InList;
  /** the file and what it says, for a person */
  readonly words: string;
  /** the key, for a person */
  readonly key: string;
}

/**
 * Whether the configuration keeps NetworkManager off an interface: `unmanaged-devices` of [keyfile], which counts
 * for profiles of every plugin, and `managed=0` of a [device] section.
 */
function unmanagedBy(files: readonly NetworkFile[], target: InterfaceRef): Judgement | undefined {
  const read = effective(files);
  const list = listOf(read, 'keyfile', 'unmanaged-devices');
  const inList = judgeList(list.words, target);
  const device = deviceSetting(read, target);
  if (device?.isManaged === false) return device;
  if (inList === 'no' || list.last === undefined) return undefined;
  // A [device] section with managed=1 is meant to overrule the list; releases differ in whether it does.
  const verdict = device?.isManaged === true ? 'maybe' : inList;
  return {
    verdict,
    words: `${list.last} has ${target.interfaceName} in unmanaged-devices`,
    key: 'unmanaged-devices',
  };
}

/** Whether NetworkManager makes no profile of its own, by DHCP, for an interface without one (`no-auto-default`). */
function isWithoutDefaultProfile(files: readonly NetworkFile[], target: InterfaceRef): boolean {
  return judgeList(listOf(effective(files), 'main', 'no-auto-default').words, target) !== 'no';
}

/**
 * The files in NetworkManager's order. In conf.d a file in /etc hides the one of the same name in /run, and that
 * one the one in /usr/lib; a file that it cannot parse is left out.
 */
function effective(files: readonly NetworkFile[]): IniFile[] {
  const rank = ({ path }: NetworkFile) =>
    nmConfigSources.findIndex((glob) => startOf(glob) === startOf(path));
  const byName = new Map<string, NetworkFile>();
  for (const file of files.toSorted((a, b) => rank(a) - rank(b))) byName.set(keyOf(file.path), file);
  return [...byName.values()]
    .sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
    .flatMap((file) => {
      try {
        return file.text === '' ? [] : [readIni(file, keyfileDialect)];
      } catch {
        return [];
      }
    });
}

/** What hides what: in conf.d the name alone. */
function keyOf(path: string): string {
  return path.includes('/conf.d/') ? nameOf(path) : path;
}

function startOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** A list over all files: a key sets it, `key+` adds to it, and `key-` takes from it. */
function listOf(files: readonly IniFile[], section: string, key: string) {
  let words: string[] = [];
  let last: string | undefined;
  for (const file of files) {
    for (const setting of file.sections
      .filter(({ name }) => name === section)
      .flatMap(({ settings }) => settings)) {
      const own = setting.value.split(/[;,\s]+/).filter((word) => word !== '');
      if (setting.key === key) words = own;
      else if (setting.key === `${key}+`) words = [...words, ...own];
      else if (setting.key === `${key}-`) words = words.filter((word) => !own.includes(word));
      else continue;
      last = `${file.path}, line ${(setting.lines[0] ?? 0) + 1},`;
    }
  }
  return { words, last };
}

/** The last [device…] section that matches and says `managed`. */
function deviceSetting(
  files: readonly IniFile[],
  target: InterfaceRef,
): (Judgement & { isManaged: boolean }) | undefined {
  return files
    .flatMap((file) =>
      file.sections.flatMap((section) => {
        if (!/^device($|[-.])/.test(section.name)) return [];
        const setting = section.settings.findLast(({ key }) => key === 'managed');
        const verdict = matchOf(section, target);
        if (setting === undefined || verdict === 'no') return [];
        const isManaged = /^(1|true|yes|on)$/i.test(setting.value);
        const words = `${file.path}, line ${(setting.lines[0] ?? 0) + 1}, says managed=${setting.value} for ${target.interfaceName}`;
        return [{ verdict, words, key: 'managed', isManaged }];
      }),
    )
    .at(-1);
}

function matchOf({ settings }: Section, target: InterfaceRef): InList {
  const match = settings.findLast(({ key }) => key === 'match-device')?.value;
  return match === undefined ? 'yes' : judgeList(match.split(/[;,\s]+/).filter(Boolean), target);
}

/**
 * Judges a device list (NetworkManager.conf(5), DEVICE LIST FORMAT): one word must match, and none behind `except:`.
 * A list that only has exceptions holds all others.
 */
function judgeList(words: readonly string[], target: InterfaceRef): InList {
  const isExcept = (word: string) => word.startsWith('except:');
  const excepts = words.filter(isExcept).map((word) => judgeWord(word.slice('except:'.length), target));
  const others = words.filter((word) => !isExcept(word)).map((word) => judgeWord(word, target));
  if (excepts.includes('yes')) return 'no';
  const found = others.length === 0 && excepts.length > 0 ? 'yes' : best(others);
  return found === 'yes' && excepts.includes('maybe') ? 'maybe' : found;
}

function best(verdicts: readonly InList[]): InList {
  if (verdicts.includes('yes')) return 'yes';
  return verdicts.includes('maybe') ? 'maybe' : 'no';
}

function judgeWord(word: string, { interfaceName, macAddress }: InterfaceRef): InList {
  const is = (test: boolean): InList => (test ? 'yes' : 'no');
  const [, kind = '', value = ''] = /^([a-z0-9-]+):(.*)$/.exec(word) ?? [];
  if (word === '*') return 'yes';
  if (kind === 'interface-name') {
    if (value.startsWith('=')) return is(value.slice(1) === interfaceName);
    return is(globPattern(value.replace(/^~/, '')).test(interfaceName));
  }
  const mac = (kind === 'mac' ? value : word).toLowerCase().replaceAll('-', ':');
  if (kind === 'mac' || /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)) {
    return macAddress === undefined ? 'maybe' : is(mac === macAddress.toLowerCase());
  }
  // Interfaces by which a gateway is reached are no radios and no modems.
  if (kind === 'type')
    return /^(wifi|wifi-p2p|gsm|cdma|bt|loopback|wireguard|wpan)$/.test(value) ? 'no' : 'maybe';
  return kind === '' ? is(word === interfaceName) : 'maybe';
}
