import type { BootObstacle, InterfaceRef } from '../../types.ts';
import type { AtBoot } from '../at-boot.ts';
import { nameOf } from '../text/glob.ts';
import { type Placed, placedSettings, truth, type Unit } from './units.ts';

/** Policies with which networkd leaves a link down at boot (systemd.network(5)). */
const downPolicies = new Set(['manual', 'down', 'always-down']);

/** networkd is active before its routes are set; networkd-dispatcher runs scripts. */
export const networkdAtBoot: AtBoot = {
  units: ['systemd-networkd.service'],
  setUpWith: ['systemd-networkd-wait-online.service'],
  scripts: [{ globs: ['/etc/networkd-dispatcher/*.d/*'], isExecuted: true }],
  isUsedWith: (path, named) => path.includes(`/${nameOf(named)}.d/`),
  downSetting: { program: 'systemd-networkd', name: 'ActivationPolicy=', since: 248 },
};

/** What keeps networkd from bringing a unit's interface up. */
export function unitObstacles(unit: Unit, { interfaceName }: InterfaceRef): BootObstacle[] {
  const lastOf = (section: string, key: string) =>
    placedSettings(unit, section).findLast(({ setting }) => setting.key === key);
  const nothing = `nothing brings ${interfaceName} up at boot`;
  const unmanaged = lastOf('Link', 'Unmanaged');
  const policy = lastOf('Link', 'ActivationPolicy');
  // With BindCarrier= networkd uses ActivationPolicy=bound, whatever is set (systemd.network(5)).
  const isBound = Boolean(lastOf('Network', 'BindCarrier')?.setting.value);
  return [
    ...(unmanaged !== undefined && truth(unmanaged.setting.value) === true
      ? [
          {
            reason: `${nothing}: ${settingWords(unmanaged)}`,
            way: 'take Unmanaged= out there',
            isCertain: true,
          },
        ]
      : []),
    ...(policy !== undefined && downPolicies.has(policy.setting.value) && !isBound
      ? [
          {
            reason: `${nothing}: ${settingWords(policy)}`,
            way: 'take ActivationPolicy= out there',
            isCertain: true,
          },
        ]
      : []),
  ];
}

/** A setting and its place, for a person. */
export function settingWords({ file, setting: { key, value, lines } }: Placed): string {
  return `${file.path}, line ${(lines[0] ?? 0) + 1}, says ${key}=${value}`;
}
