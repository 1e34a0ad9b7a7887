import { lacking } from '../text/words-lacking.ts';
import { type Definition, itemsOf, mapOf, type NetplanFile, pairsOf, textOf, valuesAt } from './file.ts';
import type { Removal } from './yaml/cut.ts';

/** `nameservers` of netplan: the static resolvers. */
export interface Nameservers {
  /** of IPv4 and IPv6 */
  readonly addresses: readonly string[];
  /** domains in which names without dots are looked up */
  readonly search: readonly string[];
}

/** The nameservers of some IDs; netplan concatenates the lists of all files. */
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

/** What `more` has and `known` lacks; undefined if nothing. */
export function nameserversLacking(known: Nameservers, more: Nameservers): Nameservers | undefined {
  const addresses = lacking(known.addresses, more.addresses);
  const search = lacking(known.search, more.search);
  return addresses.length + search.length > 0 ? { addresses, search } : undefined;
}

/**
 * The search domains to add so that a definition's servers stay in use for names that match none.
 * networkd asks the servers of a link with a routing domain (`~corp`) only about that domain, unless
 * DNSDefaultRoute= is set, for which netplan has no key. `~.` matches every name (systemd.network(5)).
 * @param sources the nameservers of each definition before rc-wait
 * @param search the search domains after the edit
 */
export function catchAll(sources: readonly Nameservers[], search: readonly string[]): string[] {
  const isRouting = (domain: string) => domain.startsWith('~');
  const wasForAll = sources.some((one) => one.addresses.length > 0 && !one.search.some(isRouting));
  return wasForAll && search.some(isRouting) && !search.includes('~.') ? ['~.'] : [];
}

/** `nameservers` of a definition, if it names any. The whole key goes, because it holds nothing else. */
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
