import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, GatewayWish, NetworkFile } from '../../types.ts';
import { nameOf } from '../text/glob.ts';
import { type Need, nothing } from '../text/overlay.ts';
import { laidOver, type ProfileNeed } from './overlay.ts';
import { gatewayOf, ipv4Sections, isMainTable, isNetplans, type Profile, setting, truth } from './profile.ts';
import { disabledNeed, publicViews, refuseDisabling } from './public.ts';
import { resolverNeeds } from './resolvers.ts';
import { type View, withoutOurs } from './versions.ts';

/** The input of an edit. */
export interface Start {
  readonly files: readonly NetworkFile[];
  readonly views: readonly View[];
  /** the profile of the gateway's interface */
  readonly home: View;
  readonly wish: GatewayWish;
}

/** The changes that make the gateway the one default route, and move the resolvers with it. */
export function changesOf({ files, views, home, wish }: Start): FileChange[] {
  const publics = publicViews(views, home, wish);
  const disabled = wish.publicInterface === 'disable' ? publics : [];
  refuseDisabling(disabled, withoutOurs(files));
  const resolvers = resolverNeeds(home, publics);
  return views.flatMap((view) => {
    const { theirs } = view;
    const routes = view === home ? homeNeed(theirs, wish) : otherNeed(theirs);
    const needs: ProfileNeed[] = [
      { off: routes.off, wanted: routes.wanted.map((line) => ({ section: 'ipv4', line })) },
      ...[resolvers.get(theirs.file.path) ?? []].flat(),
      ...(disabled.includes(view) ? [disabledNeed(view)] : []),
    ];
    const file = files.find(({ path }) => path === theirs.file.path) ?? theirs.file;
    const after = laidOver(file.text, {
      off: needs.flatMap(({ off }) => off),
      wanted: needs.flatMap(({ wanted }) => wanted),
    });
    return after === file.text ? [] : [changeOf(files, file, after)];
  });
}

/** The need of the gateway's own profile: the gateway is its one default route. */
function homeNeed(theirs: Profile, { gateway }: GatewayWish): Need {
  const routes = theirs.routes.filter(({ isDefault }) => isDefault);
  const kept = routes.find(({ via, isLive }) => isLive && via === gateway);
  const otherRoutes = routes.filter((route) => route !== kept).flatMap(({ lines }) => lines);
  if (theirs.method !== 'manual') {
    // NetworkManager refuses a gateway without an address; never-default leaves static routes alone (seen with 1.42).
    const never = neverDefault(theirs);
    const route = kept ? [] : [`route${freeNumber(theirs, otherRoutes)}=0.0.0.0/0,${gateway}`];
    return { off: [...otherRoutes, ...never.off], wanted: [...never.wanted, ...route] };
  }
  const present = gatewayOf(theirs);
  if (present === undefined && kept !== undefined) return { off: otherRoutes, wanted: [] };
  const off = [
    ...routes.flatMap(({ lines }) => lines),
    ...linesWith(theirs, 'never-default', (value) => truth(value) === true),
  ];
  if (present === gateway) return { off, wanted: [] };
  // The gateway after an address counts only while there is no gateway key.
  const behind = theirs.addresses.find((one) => one.gateway !== undefined)?.gateway;
  return {
    off: [...off, ...linesWith(theirs, 'gateway')],
    wanted: behind === gateway ? [] : [`gateway=${gateway}`],
  };
}

/** A number above those of all routes that stay, and of options left without their route. */
function freeNumber({ file }: Profile, off: readonly number[]): number {
  const taken = ipv4Sections(file)
    .flatMap(({ settings }) => settings)
    .filter(({ lines }) => !lines.some((line) => off.includes(line)))
    .map(({ key }) => Number(/^routes?(\d+)/.exec(key)?.[1] ?? 0));
  return 1 + Math.max(0, ...taken);
}

/** The need of any other profile: it brings no default route. */
function otherNeed(theirs: Profile): Need {
  if (theirs.method === 'disabled' || !isMainTable(theirs)) return nothing;
  const routes = theirs.routes.filter(({ isDefault }) => isDefault).flatMap(({ lines }) => lines);
  const mayBring = [undefined, 'auto'].includes(theirs.method) || gatewayOf(theirs) !== undefined;
  const never = mayBring ? neverDefault(theirs) : nothing;
  return { off: [...routes, ...never.off], wanted: never.wanted };
}

/** The need that keeps a profile from bringing its own default route; nothing if never-default is set already. */
function neverDefault(theirs: Profile): Need {
  if (truth(setting(theirs, 'ipv4', 'never-default')) === true) return nothing;
  // NetworkManager refuses an [ipv4] without a method; a missing [ipv4] means auto.
  const section = ipv4Sections(theirs.file).length === 0 ? ['[ipv4]', 'method=auto'] : [];
  return { off: linesWith(theirs, 'never-default'), wanted: [...section, 'never-default=true'] };
}

function linesWith({ file }: Profile, key: string, test: (value: string) => boolean = () => true): number[] {
  return ipv4Sections(file)
    .flatMap(({ settings }) => settings)
    .filter((one) => one.key === key && test(one.value))
    .flatMap(({ lines }) => lines);
}

function changeOf(files: readonly NetworkFile[], { path, text }: NetworkFile, after: string): FileChange {
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o600 };
  const hidden = `/etc/NetworkManager/system-connections/${nameOf(path)}`;
  const cannot = (reason: string, hint: string) =>
    new RcWaitError('NETWORK_FILE', `cannot change the profile ${path}: ${reason}`, { hint });
  if (path.startsWith('/run/')) {
    const [, id = ''] = /^id=(.*)$/m.exec(text) ?? [];
    throw cannot(
      'it would be as before at the next boot',
      isNetplans(path)
        ? 'netplan writes that file: take the default route out below /etc/netplan'
        : `have NetworkManager store it below /etc: nmcli connection modify "${id}" connection.autoconnect yes`,
    );
  }
  // Packages own the files in /usr/lib; a profile of the same UUID in /etc hides them.
  const isHideable = /^[ \t]*uuid[ \t]*=/m.test(text) && !files.some((file) => file.path === hidden);
  if (!isHideable) {
    throw cannot(
      'a package owns it, and it cannot be hidden by one in /etc',
      'copy it to /etc/NetworkManager/system-connections with "nmcli connection clone"',
    );
  }
  return { path: hidden, before: undefined, after, mode: 0o600 };
}
