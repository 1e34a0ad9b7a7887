import type { FileDefault, InterfaceRef, NetworkFile } from '../../types.ts';
import {
  gatewayOf,
  interfaceNameOf,
  isFor,
  isFromNetplan,
  isMainTable,
  type Profile,
  readProfiles,
  setting,
  takesRouter,
  truth,
} from './profile.ts';

/** The default routes that NetworkManager's profiles bring, without those that netplan generated. */
export function networkmanagerDefaults(files: readonly NetworkFile[]): FileDefault[] {
  return readProfiles(files)
    .filter(
      (profile) => !isFromNetplan(profile.file.path) && profile.method !== 'disabled' && isMainTable(profile),
    )
    .flatMap((profile) => {
      const base = {
        path: profile.file.path,
        device: setting(profile, 'connection', 'interface-name') ? interfaceNameOf(profile) : undefined,
        isAtBoot: truth(setting(profile, 'connection', 'autoconnect')) !== false,
        mayBeOn: (link: InterfaceRef) => isFor(profile, link) !== 'another',
      };
      const routes = profile.routes.filter(({ isDefault, isLive }) => isDefault && isLive);
      return [
        ...routes.map(({ via }) => ({ ...base, via, isLeased: false })),
        ...ownNextHop(profile).map((one) => ({ ...base, ...one })),
      ];
    });
}

function ownNextHop(profile: Profile): Pick<FileDefault, 'via' | 'isLeased'>[] {
  if (truth(setting(profile, 'ipv4', 'never-default')) === true) return [];
  const via = gatewayOf(profile);
  if (via !== undefined) return [{ via, isLeased: false }];
  return takesRouter(profile) ? [{ via: undefined, isLeased: true }] : [];
}
