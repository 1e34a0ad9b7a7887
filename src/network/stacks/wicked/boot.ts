import type { BootObstacle, InterfaceRef, NetworkFile } from '../../types.ts';
import type { AtBoot } from '../at-boot.ts';
import { readInterfaces } from './files.ts';

/** wicked.service brings the interfaces up, by the daemon of wickedd.service. */
export const wickedAtBoot: AtBoot = {
  units: ['wicked.service', 'wickedd.service'],
  setUpWith: ['wicked.service'],
  scripts: [
    { globs: ['/etc/sysconfig/network/if-up.d/*', '/etc/sysconfig/network/scripts/*'], isExecuted: true },
  ],
};

/** The modes in which wicked brings an interface up by itself (ifcfg(5)). */
const startingModes = new Set(['auto', 'boot', 'onboot', 'on', 'nfsroot', 'hotplug', 'ifplugd']);

/**
 * What keeps wicked from bringing an interface up at boot. Any other STARTMODE, and none at all, means `manual`
 * (__ni_suse_startmode() in wicked's client/suse/compat-suse.c).
 */
export function wickedObstacles(
  files: readonly NetworkFile[],
  { interfaceName }: InterfaceRef,
): BootObstacle[] {
  const home = readInterfaces(files).find(({ name }) => name === interfaceName)?.file;
  if (home === undefined) return [];
  const last = home.assignments.findLast(({ key }) => key === 'STARTMODE');
  if (startingModes.has(last?.value ?? '')) return [];
  const fact =
    last === undefined
      ? `${home.path} has no STARTMODE=, which means manual`
      : `${home.path}, line ${(last.lines[0] ?? 0) + 1}, says STARTMODE=${last.value ?? '…'}`;
  return [
    {
      reason: `nothing brings ${interfaceName} up at boot: ${fact}`,
      way: 'write STARTMODE=auto there',
      // Only a shell could tell a value that it expands.
      isCertain: last === undefined || last.value !== undefined,
    },
  ];
}
