import { lacking } from '../text/words-lacking.ts';
import type { Removal } from './cut.ts';
import { type Definition, itemsOf, mapOf, type NetplanFile, pairsOf, textOf, valuesAt } from './file.ts';

/** `nameservers` of netplan: all that its static resolvers are made of. */
export interface Nameservers {
  /** of IPv4 and IPv6 */
  readonly addresses: readonly string[];
  /** domains that a name without dots is looked up in */
  readonly search: readonly string[];
}

/** What the files say of some IDs; netplan puts the lists of all files one behind the other. */
export function nameserversOf(files: readonly NetplanFile[], ids: readonly string[]): Nameservers {
  const words = (key: string) =>
    files.flatMap((file) =>
      file.definitions
        .filter(({ id }) => ids.includes(id))
        .flatMap(({ settings }) => valuesAt(file.document, settings, 'nameservers'))
        .flatMap((value) => {
          const map = mapOf(file.document, value);
          return map === undefined ? [] : valuesAt(file.document, map, key);
        })
        .flatMap((value) => itemsOf(file.document, value))
        .flatMap((item) => textOf(file.document, item) ?? []),
    );
  return { addresses: lacking([], words('addresses')), search: lacking([], words('search')) };
}

/** What is in `more` and not in `known`; undefined where that is nothing. */
export function nameserversLacking(known: Nameservers, more: Nameservers): Nameservers | undefined {
  const addresses = lacking(known.addresses, more.addresses);
  const search = lacking(known.search, more.search);
  return addresses.length + search.length > 0 ? { addresses, search } : undefined;
}

/**
 * The search domains that a definition needs besides, so that its servers are asked for
 * names that match none: networkd lets one with a routing domain (`~corp`) be asked for
 * that alone, unless DNSDefaultRoute= says otherwise, for which netplan has no word. `~.`
 * stands for every name (systemd.network(5)).
 * @param sources what was said of each definition before us
 * @param search its search domains afterwards
 */
export function catchAll(sources: readonly Nameservers[], search: readonly string[]): string[] {
  const isRouting = (domain: string) => domain.startsWith('~');
  const wasForAll = sources.some((one) => one.addresses.length > 0 && !one.search.some(isRouting));
  return wasForAll && search.some(isRouting) && !search.includes('~.') ? ['~.'] : [];
}

/** `nameservers` of a definition, where it names any: the key goes whole, for nothing else stands below it. */
export function nameserversRemoval(file: NetplanFile, definition: Definition): Removal[] {
  const { id, settings } = definition;
  const { addresses, search } = nameserversOf([{ ...file, definitions: [definition] }], [id]);
  if (addresses.length + search.length === 0) return [];
  return pairsOf(file.document, settings, 'nameservers').map((pair) => ({
    parent: settings,
    index: settings.items.indexOf(pair),
    via: undefined,
  }));
}
