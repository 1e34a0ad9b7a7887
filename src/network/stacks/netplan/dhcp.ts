import type { FileChange, NetworkFile } from '../../types.ts';
import { dropInText, ownChanges, ownDropIn } from '../drop-in.ts';
import type { MergedDefinition } from './merge.ts';

/*
 * What keeps a default route by DHCP away. netplan has no word for that alone: `use-routes: false` takes all
 * routes, those of option 121 among them. For networkd it is said beside the unit that netplan makes; for
 * NetworkManager it cannot be said so, and `use-routes` it is (see `ownText`).
 */

/** Our drop-ins beside the units that netplan makes of its files. */
export const dropInGlob = `/etc/systemd/network/10-netplan-*.network.d/${ownDropIn}`;

/** The metric of what DHCP brings, where the files say none: netplan gives networkd this one. */
const dhcpMetric = 100;

/** Whether networkd carries out what netplan's files say of an ID. */
export function isNetworkds({ renderer }: MergedDefinition): boolean {
  return renderer !== 'NetworkManager';
}

/** The metric that a default route by DHCP has; the lower, the better. */
export function metricOf({ routeMetric }: MergedDefinition): number {
  return Number(routeMetric ?? dhcpMetric);
}

/**
 * The drop-ins as they shall be. A default route in option 121 comes all the same (see `silencing` of
 * networkd/routes.ts): it has a metric, and ours has none.
 * @param files all of the stack's, drop-ins among them
 * @param silenced the IDs that are to bring no default route
 */
export function dropInChanges(
  files: readonly NetworkFile[],
  silenced: readonly MergedDefinition[],
): FileChange[] {
  const wanted = silenced.filter(isNetworkds).flatMap((definition): [string, string][] => {
    const metric = metricOf(definition) === 0 ? [`RouteMetric=${dhcpMetric}`] : [];
    const text = dropInText([['DHCPv4', ['UseGateway=false', ...metric]]]);
    return text === undefined ? [] : [[dropInGlob.replace('*', definition.id), text]];
  });
  return ownChanges(
    files.filter(({ path }) => path.endsWith(`/${ownDropIn}`)),
    new Map(wanted),
  );
}

/** Whether a drop-in of ours keeps an ID from a default route by DHCP that is taken. */
export function isSilenced({ id }: MergedDefinition, files: readonly NetworkFile[]): boolean {
  return files.some(({ path }) => path === dropInGlob.replace('*', id));
}
