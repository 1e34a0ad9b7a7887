import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, GatewayTarget, NetworkFile } from '../../types.ts';
import { nameOf } from '../text/glob.ts';
import { type Need, nothing } from '../text/overlay.ts';
import { type ProfileNeed, withNeed } from './overlay.ts';
import {
  gatewayOf,
  ipv4Sections,
  isFromNetplan,
  isMainTable,
  type Profile,
  setting,
  truth,
} from './profile.ts';
import { disabledNeed, publicViews, refuseDisabling } from './public.ts';
import { resolverNeeds } from './resolvers.ts';
import { filesWithoutOwnLines, type View } from './versions.ts';

/** The input of an edit. */
export interface Start {
  readonly files: readonly NetworkFile[];
  readonly views: readonly View[];
  /** the profile of the gateway's interface */
  readonly home: View;
  readonly target: GatewayTarget;
}

/** The changes that make the gateway the only default route, and move the resolvers with it. */
export function changesOf({ files, views, home, target }: Start): FileChange[] {
  const publics = publicViews(views, home, target);
  const disabled = target.publicInterface === 'disable' ? publics : [];
  refuseDisabling(disabled, filesWithoutOwnLines(files));
  const resolvers = resolverNeeds(home, publics);
  return views.flatMap((view) => {
    const { withoutOwn } = view;
    const routes = view === home ? homeNeed(withoutOwn, target) : otherNeed(withoutOwn);
    const needs: ProfileNeed[] = [
      { off: routes.off, wanted: routes.wanted.map((line) => ({ section: 'ipv4', line })) },
      ...[resolvers.get(withoutOwn.file.path) ?? []].flat(),
      ...(disabled.includes(view) ? [disabledNeed(view)] : []),
    ];
    const file = files.find(({ path }) => path === withoutOwn.file.path) ?? withoutOwn.file;
    const after = withNeed(file.text, {
      off: needs.flatMap(({ off }) => off),
      wanted: needs.flatMap(({ wanted }) => wanted),
    });
    return after === file.text ? [] : [changeOf(files, file, after)];
  });
}

/** The need of the gateway's own profile: the gateway is its one default route. */
function homeNeed(withoutOwn: Profile, { gateway }: GatewayTarget): Need {
  const routes = withoutOwn.routes.filter(({ isDefault }) => isDefault);
  const kept = routes.find(({ via, isLive }) => isLive && via === gateway);
  const otherRoutes = routes.filter((route) => route !== kept).flatMap(({ lines }) => lines);
  if (withoutOwn.method !== 'manual') {
    // NetworkManager refuses a gateway without an address; never-default leaves static routes alone (seen with 1.42).
    const never = neverDefault(withoutOwn);
    const route = kept ? [] : [`route${freeNumber(withoutOwn, otherRoutes)}=0.0.0.0/0,${gateway}`];
    return { off: [...otherRoutes, ...never.off], wanted: [...never.wanted, ...route] };
  }
  const present = gatewayOf(withoutOwn);
  if (present === undefined && kept !== undefined) return { off: otherRoutes, wanted: [] };
  const off = [
    ...routes.flatMap(({ lines }) => lines),
    ...linesWith(withoutOwn, 'never-default', (value) => truth(value) === true),
  ];
  if (present === gateway) return { off, wanted: [] };
  // The gateway after an address counts only while there is no gateway key.
  const behind = withoutOwn.addresses.find((one) => one.gateway !== undefined)?.gateway;
  return {
    off: [...off, ...linesWith(withoutOwn, 'gateway')],
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
function otherNeed(withoutOwn: Profile): Need {
  if (withoutOwn.method === 'disabled' || !isMainTable(withoutOwn)) return nothing;
  const routes = withoutOwn.routes.filter(({ isDefault }) => isDefault).flatMap(({ lines }) => lines);
  const mayBring = [undefined, 'auto'].includes(withoutOwn.method) || gatewayOf(withoutOwn) !== undefined;
  const never = mayBring ? neverDefault(withoutOwn) : nothing;
  return { off: [...routes, ...never.off], wanted: never.wanted };
}

/** The need that keeps a profile from bringing its own default route; nothing if never-default is set already. */
function neverDefault(withoutOwn: Profile): Need {
  if (truth(setting(withoutOwn, 'ipv4', 'never-default')) === true) return nothing;
  // NetworkManager refuses an [ipv4] without a method; a missing [ipv4] means auto.
  const section = ipv4Sections(withoutOwn.file).length === 0 ? ['[ipv4]', 'method=auto'] : [];
  return { off: linesWith(withoutOwn, 'never-default'), wanted: [...section, 'never-default=true'] };
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
      'the change would be lost at the next boot',
      isFromNetplan(path)
        ? 'netplan writes that file: take the default route out below /etc/netplan'
        : `have NetworkManager store it below /etc: nmcli connection modify "${id}" connection.autoconnect yes`,
    );
  }
  // Packages own the files in /usr/lib; a profile of the same UUID in /etc hides them.
  const isHideable = /^[ \t]*uuid[ \t]*=/m.test(text) && !files.some((file) => file.path === hidden);
  if (!isHideable) {
    throw cannot(
      'a package owns it, and no profile in /etc can hide it',
      'copy it to /etc/NetworkManager/system-connections with "nmcli connection clone"',
    );
  }
  return { path: hidden, before: undefined, after, mode: 0o600 };
}
