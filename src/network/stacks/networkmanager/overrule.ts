import type { BootObstacle, Generated, NetworkFile, SoughtTarget } from '../../types.ts';
import { isFor, isFromNetplan, readProfiles, setting, truth } from './profile.ts';

/**
 * What keeps the profile that another stack generates from being used: of several profiles for an interface
 * NetworkManager activates the one with the highest autoconnect-priority, and of equal ones the one that was used
 * last (nm-settings-keyfile(5)). netplan sets no priority, which means 0.
 */
export function profileOverrules(
  files: readonly NetworkFile[],
  generated: Generated,
  target: SoughtTarget,
): BootObstacle[] {
  if (!generated.isFor(target)) return [];
  return readProfiles(files)
    .filter((profile) => !isFromNetplan(profile.file.path) && isFor(profile, target) === 'this')
    .filter((profile) => truth(setting(profile, 'connection', 'autoconnect')) !== false)
    .flatMap((profile) => {
      const priority = Number(setting(profile, 'connection', 'autoconnect-priority') ?? 0) || 0;
      if (priority < 0) return [];
      const { path } = profile.file;
      const reason =
        priority > 0
          ? `${path} is for ${target.interfaceName} too, and its autoconnect-priority=${priority} puts it before netplan's profile`
          : `${path} is for ${target.interfaceName} too, and NetworkManager may use it instead of netplan's profile`;
      return [
        { reason, way: 'take that profile away, or write autoconnect=false there', isCertain: priority > 0 },
      ];
    });
}
