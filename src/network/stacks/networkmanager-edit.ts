import type { GatewayWish } from '../types.ts';
import { keyfileDialect, readIni } from './ini-file.ts';
import {
  gatewayOf,
  ipv4Sections,
  isMainTable,
  type Profile,
  readProfiles,
  setting,
  truth,
} from './networkmanager-profile.ts';
import { type Need, nothing, overlaid } from './overlay.ts';

/**
 * A profile's text after the edit: with the gateway where there is a wish for
 * this profile, else without any default route.
 */
export function edited({ file }: Profile, wish: GatewayWish | undefined): string {
  const { path } = file;
  return overlaid(file.text, {
    isOurForm,
    needOf(text) {
      const [theirs] = readProfiles([{ path, text }]);
      if (theirs === undefined) return nothing;
      return wish ? homeNeed(theirs, wish) : otherNeed(theirs);
    },
    placesOf(text) {
      const last = ipv4Sections(readIni({ path, text }, keyfileDialect)).at(-1);
      return last === undefined ? [] : [last.head, ...last.settings.map(({ lines }) => lines)].flat();
    },
  });
}

function isOurForm(line: string): boolean {
  return /^\s*(\[ipv4\]|method=auto|gateway=[\d.]+|never-default=true|route\d+=0\.0\.0\.0\/0,[\d.]+)\s*$/.test(
    line,
  );
}

/** The profile of the interface itself: our gateway is its one default route. */
function homeNeed(theirs: Profile, { gateway }: GatewayWish): Need {
  const routes = theirs.routes.filter(({ isDefault }) => isDefault);
  const kept = routes.find(({ via, isLive }) => isLive && via === gateway);
  const otherRoutes = routes.filter((route) => route !== kept).flatMap(({ lines }) => lines);
  if (theirs.method !== 'manual') {
    // NetworkManager refuses a gateway without an address, and never-default leaves static routes alone (seen with 1.42).
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
  // Without the key, the gateway behind an address counts; with ours it does not.
  const behind = theirs.addresses.find((one) => one.gateway !== undefined)?.gateway;
  return {
    off: [...off, ...linesWith(theirs, 'gateway')],
    wanted: behind === gateway ? [] : [`gateway=${gateway}`],
  };
}

/** A number above those of all routes that stay, and of options left behind without their route. */
function freeNumber({ file }: Profile, off: readonly number[]): number {
  const taken = ipv4Sections(file)
    .flatMap(({ settings }) => settings)
    .filter(({ lines }) => !lines.some((line) => off.includes(line)))
    .map(({ key }) => Number(/^routes?(\d+)/.exec(key)?.[1] ?? 0));
  return 1 + Math.max(0, ...taken);
}

/** Any other profile: it brings no default route. */
function otherNeed(theirs: Profile): Need {
  if (theirs.method === 'disabled' || !isMainTable(theirs)) return nothing;
  const routes = theirs.routes.filter(({ isDefault }) => isDefault).flatMap(({ lines }) => lines);
  const mayBring = [undefined, 'auto'].includes(theirs.method) || gatewayOf(theirs) !== undefined;
  const never = mayBring ? neverDefault(theirs) : nothing;
  return { off: [...routes, ...never.off], wanted: never.wanted };
}

/** What keeps a profile from bringing a default route of its own; nothing where it says so already. */
function neverDefault(theirs: Profile): Need {
  if (truth(setting(theirs, 'ipv4', 'never-default')) === true) return nothing;
  // NetworkManager refuses an [ipv4] without a method, and takes none at all for auto.
  const section = ipv4Sections(theirs.file).length === 0 ? ['[ipv4]', 'method=auto'] : [];
  return { off: linesWith(theirs, 'never-default'), wanted: [...section, 'never-default=true'] };
}

function linesWith({ file }: Profile, key: string, test: (value: string) => boolean = () => true): number[] {
  return ipv4Sections(file)
    .flatMap(({ settings }) => settings)
    .filter((one) => one.key === key && test(one.value))
    .flatMap(({ lines }) => lines);
}
