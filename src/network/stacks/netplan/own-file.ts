import { stringify } from 'yaml';
import type { Ipv4Address } from '../../../base/ipv4.ts';
import type { MergedDefinition } from './merge.ts';
import type { Nameservers } from './resolvers.ts';

/** Sorts after what installers and cloud-init write (00 to 50), so that it has the last word. */
export const ownPath = '/etc/netplan/90-rc-wait.yaml';

const header = `# Written by rc-wait: the one default route of this server. Changes here are lost.
# To undo it: remove this file; in the other files of this folder take away the
# marks "# rc-wait off: " and "# rc-wait was: " (and the line below each "was");
# then run "netplan apply".
`;

/** What our own file has to say. */
export interface Own {
  /** the definition of the gateway's interface */
  readonly target: MergedDefinition;
  /** undefined where another file has the route already */
  readonly gateway: Ipv4Address | undefined;
  /** how the gateway is written: as an item of `routes`, or as `gateway4` where an item might not count */
  readonly form: 'item' | 'key';
  /** those that the definition lacks */
  readonly nameservers: Nameservers | undefined;
  /** definitions of NetworkManager that get no routes from DHCP */
  readonly silenced: readonly MergedDefinition[];
  /** definitions that are down, now and after each boot */
  readonly disabled: readonly MergedDefinition[];
}

/** The text of our own file; undefined when there is nothing for it to say. */
export function ownText({ target, gateway, form, nameservers, silenced, disabled }: Own): string | undefined {
  const sections: Record<string, Record<string, Record<string, unknown>>> = {};
  const set = ({ section, id }: MergedDefinition, settings: Record<string, unknown>) => {
    sections[section] = { ...sections[section], [id]: { ...sections[section]?.[id], ...settings } };
  };
  if (gateway !== undefined && form === 'item') set(target, { routes: [{ to: '0.0.0.0/0', via: gateway }] });
  // Every netplan takes it, whatever the other files say; from 0.104 on it warns that the key is deprecated.
  if (gateway !== undefined && form === 'key') set(target, { gateway4: gateway });
  if (nameservers !== undefined) set(target, { nameservers: withoutEmpty(nameservers) });
  for (const definition of silenced) set(definition, { 'dhcp4-overrides': { 'use-routes': false } });
  for (const definition of disabled) set(definition, { 'activation-mode': downMode(definition) });
  if (Object.keys(sections).length === 0) return undefined;
  return header + stringify({ network: { version: 2, ...sections } });
}

/**
 * `off` keeps the link down whatever happens (ActivationPolicy=always-down of networkd);
 * for NetworkManager netplan refuses it, and makes autoconnect=false of `manual`. With
 * either netplan lets no boot wait for the interface (netplan(5); seen with 0.106 and 1.1).
 */
function downMode({ renderer }: MergedDefinition): string {
  return renderer === 'NetworkManager' ? 'manual' : 'off';
}

function withoutEmpty({ addresses, search }: Nameservers): Partial<Nameservers> {
  return { ...(addresses.length > 0 ? { addresses } : {}), ...(search.length > 0 ? { search } : {}) };
}
