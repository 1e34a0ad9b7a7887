import { stringify } from 'yaml';
import type { Ipv4Address } from '../../../base/ipv4.ts';
import type { MergedDefinition } from './merge.ts';
import type { Nameservers } from './resolvers.ts';

/** Sorts after the files of installers and cloud-init (00 to 50), so its settings win. */
export const ownPath = '/etc/netplan/90-rc-wait.yaml';

const header = `# Written by rc-wait: the only default route of this server. Changes here are lost.
# To undo it: remove this file; in the other files of this folder take away the
# marks "# rc-wait off: " and "# rc-wait was: " (and the line below each "was");
# then run "netplan apply".
`;

/** The content of rc-wait's own file. */
export interface Own {
  /** the definition of the gateway's interface */
  readonly gatewayDefinition: MergedDefinition;
  /** undefined if another file already has the route */
  readonly gateway: Ipv4Address | undefined;
  /** how to write the gateway: as an item of `routes`, or as `gateway4` where netplan might ignore the item */
  readonly form: 'item' | 'key';
  /** nameservers that the definition lacks */
  readonly nameservers: Nameservers | undefined;
  /** NetworkManager's definitions that must get no routes from DHCP */
  readonly silenced: readonly MergedDefinition[];
  /** definitions that are down now and after each boot */
  readonly disabled: readonly MergedDefinition[];
}

/** The text of rc-wait's own file; undefined if it would be empty. */
export function ownText({
  gatewayDefinition,
  gateway,
  form,
  nameservers,
  silenced,
  disabled,
}: Own): string | undefined {
  const sections: Record<string, Record<string, Record<string, unknown>>> = {};
  const set = ({ section, id }: MergedDefinition, settings: Record<string, unknown>) => {
    sections[section] = { ...sections[section], [id]: { ...sections[section]?.[id], ...settings } };
  };
  if (gateway !== undefined && form === 'item')
    set(gatewayDefinition, { routes: [{ to: '0.0.0.0/0', via: gateway }] });
  // Every netplan accepts it, whatever the other files hold; from 0.104 on it warns that the key is deprecated.
  if (gateway !== undefined && form === 'key') set(gatewayDefinition, { gateway4: gateway });
  if (nameservers !== undefined) set(gatewayDefinition, { nameservers: withoutEmpty(nameservers) });
  for (const definition of silenced) set(definition, { 'dhcp4-overrides': { 'use-routes': false } });
  for (const definition of disabled) set(definition, { 'activation-mode': downMode(definition) });
  if (Object.keys(sections).length === 0) return undefined;
  return header + stringify({ network: { version: 2, ...sections } });
}

/**
 * `off` keeps the link down in every case (ActivationPolicy=always-down of networkd). For
 * NetworkManager netplan refuses `off`, and turns `manual` into autoconnect=false. With either,
 * no boot waits for the interface (netplan(5); seen with 0.106 and 1.1).
 */
function downMode({ renderer }: MergedDefinition): string {
  return renderer === 'NetworkManager' ? 'manual' : 'off';
}

function withoutEmpty({ addresses, search }: Nameservers): Partial<Nameservers> {
  return { ...(addresses.length > 0 ? { addresses } : {}), ...(search.length > 0 ? { search } : {}) };
}
