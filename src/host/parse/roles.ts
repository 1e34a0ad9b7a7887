import type { Region } from '../../base/region.ts';

/** The role of an account that RackConnect v2.0 serves. */
const v2 = 'rack_connect';

/** `rackconnect:v3-DFW`: RackConnect v3 in that region; without a region, wherever the account has servers. */
const v3 = /^rackconnect:v3(?:-([a-z]{3}))?/i;

/** Whether these roles mean RackConnect v3 for a server in `region`; rc-wait is for v2.0. */
export function areOfRackconnectV3(roles: readonly string[], region: Region | undefined): boolean {
  if (roles.includes(v2)) return false;
  return roles.some((role) => {
    const match = v3.exec(role.trim());
    if (match === null) return false;
    const [, there] = match;
    return there === undefined || region === undefined || there.toLowerCase() === region;
  });
}

/** Whether the account is managed: a second automation follows RackConnect's. */
export function areManaged(roles: readonly string[]): boolean {
  return roles.includes('rax_managed');
}
