import type { InterfaceRef, NetworkFile } from '../../types.ts';
import { cannotDisable, refuseStacked, type StackedLink } from '../stacked-on.ts';
import { macOf } from './name.ts';
import type { ProfileNeed } from './overlay.ts';
import {
  controllerOf,
  gatewayOf,
  interfaceNameOf,
  isFor,
  isMainTable,
  named,
  type Profile,
  readAllProfiles,
  setting,
  takesRouter,
  truth,
} from './profile.ts';
import { hasMarkedResolvers } from './resolvers.ts';
import type { View } from './versions.ts';

/**
 * The profiles that bring an IPv4 default route, or did before rc-wait changed them, except
 * the gateway's and others for its interface.
 */
export function publicViews(views: readonly View[], home: View, link: InterfaceRef): View[] {
  return views.filter(
    (view) =>
      view !== home &&
      isFor(view.withoutOwn, link) !== 'this' &&
      (bringsDefault(view.original) || hasMarkedResolvers(view)),
  );
}

function bringsDefault(profile: Profile): boolean {
  if (profile.method === 'disabled' || !isMainTable(profile)) return false;
  if (profile.routes.some(({ isDefault }) => isDefault)) return true;
  const mayBring = takesRouter(profile) || gatewayOf(profile) !== undefined;
  return mayBring && truth(setting(profile, 'ipv4', 'never-default')) !== true;
}

/**
 * Keeps NetworkManager from activating a profile by itself. The link stays up, without
 * an address, because NetworkManager watches its carrier (seen with 1.42).
 */
export function disabledNeed({ withoutOwn }: View): ProfileNeed {
  if (truth(setting(withoutOwn, 'connection', 'autoconnect')) === false) return { off: [], wanted: [] };
  const section = named(withoutOwn.file, 'connection').length === 0 ? ['[connection]'] : [];
  return {
    off: [],
    wanted: [...section, 'autoconnect=false'].map((line) => ({ section: 'connection', line })),
  };
}

/**
 * Refuses to disable profiles for several interfaces, those on which others are stacked, and
 * those that one of their ports would bring up again.
 * @throws RcWaitError NETWORK_FILE
 */
export function refuseDisabling(publics: readonly View[], files: readonly NetworkFile[]): void {
  for (const { withoutOwn } of publics) {
    if (withoutOwn.interfaceName || macOf(withoutOwn)) continue;
    throw cannotDisable(
      interfaceNameOf(withoutOwn),
      `${withoutOwn.file.path} may be for other interfaces as well`,
    );
  }
  const names = publics.map(({ withoutOwn }) => interfaceNameOf(withoutOwn));
  if (names.length > 0) refuseStacked(names, stackedLinksOf(readAllProfiles(files)));
}

/** Which interfaces are stacked on which: a VLAN on its parent, a bond or a bridge on its ports; by name or UUID. */
function stackedLinksOf(profiles: readonly Profile[]): StackedLink[] {
  const nameOf = (word: string) => {
    const found = profiles.find(({ uuid }) => uuid === word);
    return found ? interfaceNameOf(found) : word;
  };
  return profiles.flatMap((profile) => {
    const { path } = profile.file;
    const name = interfaceNameOf(profile);
    const parents = profile.file.sections
      .flatMap(({ settings }) => settings)
      .filter(({ key, value }) => key === 'parent' && value !== '')
      .map(({ value }) => ({ upper: name, lower: nameOf(value), path, isPort: false }));
    const controller = controllerOf(profile);
    return controller
      ? [...parents, { upper: nameOf(controller), lower: name, path, isPort: true }]
      : parents;
  });
}
