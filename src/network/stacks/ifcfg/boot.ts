import type { BootContext, BootObstacle, InterfaceRef, NetworkFile } from '../../types.ts';
import type { AtBoot } from '../at-boot.ts';
import { nmConfig } from '../nm-config.ts';
import { nmUnits } from '../nmcli.ts';
import { readShellFile, type ShellFile, valueIn } from '../text/shell.ts';
import { globalPath, type Interface, isFor, isNo, readAllInterfaces, readInterfaces } from './files.ts';

/** The network-scripts or NetworkManager apply the files. */
export const ifcfgAtBoot: AtBoot = {
  units: ['network.service', nmUnits.daemon],
  scriptUnit: 'network.service',
  setUpWith: ['network.service', nmUnits.online],
  scripts: [
    { globs: ['/sbin/ifup-local', '/usr/sbin/ifup-local'], isExecuted: true, isOwners: true },
    {
      globs: ['/sbin/ifup-pre-local', '/usr/sbin/ifup-pre-local'],
      isExecuted: true,
      order: 'unknown',
      isOwners: true,
    },
  ],
  appliedBy: /^10-ifcfg-rh-routes\.sh$/,
  isUsedWith: (path, named) => path === named.replace('/ifcfg-', '/route-'),
  daemonConfig: nmConfig,
};

/**
 * What keeps an interface from coming up at boot: ONBOOT for the network-scripts and NetworkManager,
 * NM_CONTROLLED where only NetworkManager reads the file (nm-settings-ifcfg-rh(5)).
 */
export function ifcfgObstacles(
  files: readonly NetworkFile[],
  link: InterfaceRef,
  { isScripted }: BootContext,
): BootObstacle[] {
  const home = readInterfaces(files).find((one) => isFor(one, link));
  if (home === undefined) return [];
  const { interfaceName } = link;
  const nothing = `nothing brings ${interfaceName} up at boot`;
  const isPulled = isPulledByPort(home, files);
  const obstacles: BootObstacle[] = [];
  const onboot = onbootOf(home.file, isScripted);
  if (onboot !== undefined) {
    const reason = `${nothing}: ${onboot.fact}`;
    const isCertain = onboot.isCertain && !isPulled;
    obstacles.push({ reason, way: 'write ONBOOT=yes there', isCertain });
  }
  const controlled = lastOf(home.file, 'NM_CONTROLLED');
  if (!isScripted && controlled !== undefined && isNo(controlled.value ?? '')) {
    obstacles.push({
      reason: `${nothing}: ${controlled.fact}, and only NetworkManager reads that file on this server`,
      way: 'write NM_CONTROLLED=yes there, or enable network.service',
      isCertain: true,
    });
  }
  const global = files.filter(({ path }) => path === globalPath).map(readShellFile)[0];
  if (isScripted && global !== undefined && valueIn(global, 'NETWORKING') === 'no') {
    const reason = `${globalPath} says NETWORKING=no, with which network.service brings nothing up`;
    // NetworkManager, which may be at work too, ignores it.
    obstacles.push({ reason, way: 'write NETWORKING=yes there', isCertain: false });
  }
  return obstacles;
}

/** What a file says against ONBOOT; without the key, or with an unknown word, the interface comes up. */
function onbootOf(file: ShellFile, isScripted: boolean): { fact: string; isCertain: boolean } | undefined {
  const last = lastOf(file, 'ONBOOT');
  if (last === undefined) return undefined;
  if (last.value === undefined) return { fact: last.fact, isCertain: false };
  if (isNo(last.value)) return { fact: last.fact, isCertain: true };
  // /etc/init.d/network takes the first such line for the answer, whatever stands below it.
  const line = file.text.split('\n').findIndex((one) => /^ONBOOT=['"]?no['"]?/i.test(one));
  if (!isScripted || line === -1) return undefined;
  return { fact: `${file.path}, line ${line + 1}, says ONBOOT=no as well`, isCertain: true };
}

function lastOf(file: ShellFile, key: string): { fact: string; value: string | undefined } | undefined {
  const last = file.assignments.findLast((one) => one.key === key);
  if (last === undefined) return undefined;
  const line = (last.lines[0] ?? 0) + 1;
  return { fact: `${file.path}, line ${line}, says ${key}=${last.value ?? '…'}`, value: last.value };
}

/** Whether a port that comes up at boot may bring up its bond or bridge. */
function isPulledByPort({ device }: Interface, files: readonly NetworkFile[]): boolean {
  return readAllInterfaces(files).some(
    ({ file }) =>
      ['MASTER', 'BRIDGE', 'TEAM_MASTER'].some((key) => valueIn(file, key) === device) &&
      !isNo(valueIn(file, 'ONBOOT') ?? 'yes'),
  );
}
