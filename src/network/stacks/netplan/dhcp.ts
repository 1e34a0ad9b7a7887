import type { FileChange, NetworkFile } from '../../types.ts';
import { dropInText, ownChanges, ownDropIn } from '../drop-in.ts';
import type { MergedDefinition } from './merge.ts';

/*
 * Keeps out default routes from DHCP. netplan has no key for that: `use-routes: false` drops all routes from
 * DHCP, also those of option 121. For networkd, a drop-in beside the unit that netplan generates drops only the
 * default route. For NetworkManager that is not possible, so it gets `use-routes` (see `ownText`).
 */

/** rc-wait's drop-ins beside the units that netplan generates. */
export const dropInGlob = `/etc/systemd/network/10-netplan-*.network.d/${ownDropIn}`;

/** The metric that netplan gives networkd for routes from DHCP, if the files set none. */
const dhcpMetric = 100;

/** Whether networkd carries out a definition. */
export function usesNetworkd({ renderer }: MergedDefinition): boolean {
  return renderer !== 'NetworkManager';
}

/** The metric of a default route from DHCP; lower wins. */
export function metricOf({ routeMetric }: MergedDefinition): number {
  return Number(routeMetric ?? dhcpMetric);
}

/**
 * The changes to rc-wait's drop-ins. A default route in option 121 still arrives (see `silencing` of
 * networkd/routes.ts), but it has a metric and rc-wait's route has none.
 * @param files every file of the stack, including drop-ins
 * @param silenced definitions that must bring no default route
 */
export function dropInChanges(
  files: readonly NetworkFile[],
  silenced: readonly MergedDefinition[],
): FileChange[] {
  const wanted = silenced.filter(usesNetworkd).flatMap((definition): [string, string][] => {
    const metric = metricOf(definition) === 0 ? [`RouteMetric=${dhcpMetric}`] : [];
    const text = dropInText([['DHCPv4', ['UseGateway=false', ...metric]]]);
    return text === undefined ? [] : [[dropInGlob.replace('*', definition.id), text]];
  });
  return ownChanges(
    files.filter(({ path }) => path.endsWith(`/${ownDropIn}`)),
    new Map(wanted),
  );
}

/** Whether a drop-in of rc-wait keeps a default route from DHCP from being used for an ID. */
export function isSilenced({ id }: MergedDefinition, files: readonly NetworkFile[]): boolean {
  return files.some(({ path }) => path === dropInGlob.replace('*', id));
}
