import type { FileDefault, NetworkFile } from '../../types.ts';
import { ownPathOf } from '../drop-in.ts';
import { lastValue } from '../text/ini.ts';
import { isForOneOnly, judgeMatch } from './match.ts';
import { clearingRelease, defaultRoutes, dhcpRoutes } from './routes.ts';
import { interfaceNameOf, isFromNetplan, isUnmanaged, readUnits, sectionsOf, type Unit } from './units.ts';

/** The default routes that networkd brings, without those from files that netplan generated. */
export function networkdDefaults(files: readonly NetworkFile[]): FileDefault[] {
  return readUnits(files)
    .filter((unit) => !isFromNetplan(unit) && !isUnmanaged(unit))
    .flatMap((unit) => {
      const match = sectionsOf(unit, 'Match');
      const base = {
        device: isForOneOnly(match) ? interfaceNameOf(unit) : undefined,
        isAtBoot: !/^(manual|down|always-down)$/.test(
          lastValue(sectionsOf(unit, 'Link'), 'ActivationPolicy') ?? '',
        ),
        mayBeOn: (link: Parameters<FileDefault['mayBeOn']>[0]) => judgeMatch(match, link) !== 'no',
      };
      const held: FileDefault[] = defaultRoutes(unit).map(({ file: { path }, via, isCleared }) => ({
        ...base,
        path,
        via,
        isLeased: false,
        ...(isCleared ? { clearedFrom: clearingRelease } : {}),
      }));
      const own = files
        .filter(({ path }) => path === ownPathOf(unit))
        .flatMap(({ path, text }) => ({
          ...base,
          path,
          via: /^Gateway=(\S+)$/m.exec(text)?.[1],
          isLeased: false,
        }));
      held.push(...own.filter(({ via }) => via !== undefined));
      const { routes, gateway } = dhcpRoutes(unit);
      // Option 121 may still bring one. This entry explains it in the kernel, and rc-wait's route is preferred to it.
      const isAtBoot = base.isAtBoot && !isSilenced(unit, files);
      const leased = { ...base, isAtBoot, path: unit.file.path, via: undefined, isLeased: true };
      return routes || gateway ? [...held, leased] : held;
    });
}

/** Whether rc-wait's drop-in, which is not among the unit's, keeps a default route from DHCP from being used. */
function isSilenced(unit: Unit, files: readonly NetworkFile[]): boolean {
  const own = files.find(({ path }) => path === ownPathOf(unit));
  return own !== undefined && /^UseGateway=false$/m.test(own.text);
}
