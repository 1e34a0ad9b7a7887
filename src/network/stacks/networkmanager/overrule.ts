import type { BootObstacle, Generated, NetworkFile, SoughtTarget } from '../../types.ts';
import { isFor, isNetplans, readProfiles, setting, truth } from './profile.ts';

/**
 * What keeps the profile that another stack generates from being used: of several profiles for an interface
 * NetworkManager activates the one with the highest autoconnect-priority, and of equal ones the one that was used
 * last (nm-settings-keyfile(5)). netplan sets no priority, which means 0.
 */
export function profileOverrules(
  files: readonly NetworkFile[],
  generated: Generated,
  wish: SoughtTarget,
): BootObstacle[] {
  if (!generated.isFor(wish)) return [];
  return readProfiles(files)
    .filter((profile) => !isNetplans(profile.file.path) && isFor(profile, wish) === 'this')
    .filter((profile) => truth(setting(profile, 'connection', 'autoconnect')) !== false)
    .flatMap((profile) => {
      const priority = Number(setting(profile, 'connection', 'autoconnect-priority') ?? 0) || 0;
      if (priority < 0) return [];
      const { path } = profile.file;
      const reason =
        priority > 0
          ? `${path} is for ${wish.interfaceName} too, and its autoconnect-priority=${priority} puts it before netplan's profile`
          : `${path} is for ${wish.interfaceName} too, and NetworkManager may use it instead of netplan's profile`;
      return [
        { reason, way: 'take that profile away, or write autoconnect=false there', isCertain: priority > 0 },
      ];
    });
}
