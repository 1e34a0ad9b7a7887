import type { BootObstacle, InterfaceRef } from '../../types.ts';
import type { AtBoot } from '../at-boot.ts';
import { nmConfig } from '../nm-config.ts';
import { nmUnits } from '../nmcli.ts';
import { globPattern } from '../text/glob.ts';
import type { Setting } from '../text/ini.ts';
import { controllerOf, named, type Profile, setting, truth } from './profile.ts';

/** NetworkManager is active before its routes are set; its dispatcher runs scripts. */
export const networkmanagerAtBoot: AtBoot = {
  units: [nmUnits.daemon],
  setUpWith: [nmUnits.online],
  // Debian's name for it.
  sysvNames: ['network-manager'],
  scripts: [
    { globs: ['/etc/NetworkManager/dispatcher.d/*'], isExecuted: true },
    { globs: ['/etc/NetworkManager/dispatcher.d/pre-up.d/*'], isExecuted: true, order: 'unknown' },
  ],
  shipped: /^hook-network-manager$/,
  daemonConfig: nmConfig,
};

/**
 * What keeps NetworkManager from activating a profile by itself (nm-settings-keyfile(5)).
 * @param all every profile that it loads, with those of ports
 */
export function profileObstacles(
  profile: Profile,
  { interfaceName }: InterfaceRef,
  all: readonly Profile[],
): BootObstacle[] {
  const says = (section: string, key: string, isBad: (value: string) => boolean) => {
    const last = lastSetting(profile, section, key);
    return last !== undefined && isBad(last.value)
      ? [`${profile.file.path}, line ${(last.lines[0] ?? 0) + 1}, says ${key}=${last.value}`]
      : [];
  };
  const nothing = `nothing brings ${interfaceName} up at boot`;
  const isPulled = all.some((one) => isStartingPortOf(one, profile));
  const autoconnect = says('connection', 'autoconnect', (value) => truth(value) === false);
  const permissions = says('connection', 'permissions', (value) => value.includes('user:'));
  const names = says('match', 'interface-name', (value) => !fits(value, interfaceName));
  const unknown = ['path', 'driver', 'kernel-command-line'].flatMap((key) =>
    says('match', key, (value) => value !== ''),
  );
  return [
    ...autoconnect.map((fact) => ({
      reason: `${nothing}: ${fact}`,
      way: 'write autoconnect=true there',
      isCertain: !isPulled,
    })),
    ...permissions.map((fact) => ({
      reason: `${nothing}: ${fact}, so the profile waits until that user logs in`,
      way: 'take permissions= out there',
      isCertain: true,
    })),
    ...names.map((fact) => ({
      reason: `${nothing}: ${fact}, which does not match ${interfaceName}`,
      way: `write interface-name=${interfaceName}; there`,
      isCertain: true,
    })),
    ...unknown.map((fact) => ({
      reason: `${fact}, and the files do not tell whether that matches ${interfaceName}`,
      way: 'take [match] out there',
      isCertain: false,
    })),
  ];
}

function lastSetting({ file }: Profile, section: string, key: string): Setting | undefined {
  return named(file, section)
    .flatMap(({ settings }) => settings)
    .findLast((one) => one.key === key);
}

/**
 * Whether a list of `interface-name` in [match] matches: `&` and `!` before a pattern make it mandatory and
 * inverted; of the others one is enough (_match_section_match_string() in NetworkManager's nm-core-utils.c).
 */
function fits(list: string, interfaceName: string): boolean {
  const patterns = list.split(/[;\s]+/).flatMap((word) => {
    const [marks = ''] = /^[|&!]*/.exec(word) ?? [];
    // A backslash keeps a pattern's first character from being such a mark.
    const glob = word.slice(marks.length).replace(/^\\/, '');
    if (glob === '') return [];
    const isInverted = marks.includes('!');
    const isOptional = marks.includes('|') || !(marks.includes('&') || isInverted);
    return [{ isOptional, isMatch: globPattern(glob).test(interfaceName) !== isInverted }];
  });
  const optional = patterns.filter((one) => one.isOptional);
  return (
    patterns.every((one) => one.isOptional || one.isMatch) &&
    (optional.length === 0 || optional.some((one) => one.isMatch))
  );
}

/** Whether a profile is a port's that starts by itself: NetworkManager brings its bond or bridge up for it. */
function isStartingPortOf(profile: Profile, { uuid, interfaceName }: Profile): boolean {
  const controller = controllerOf(profile);
  const isPort = controller !== undefined && (controller === uuid || controller === interfaceName);
  return isPort && truth(setting(profile, 'connection', 'autoconnect')) !== false;
}
