import type { Document, YAMLMap } from 'yaml';
import { parseIpv4Prefix } from '../../../base/ipv4.ts';
import type { HostInterface, InterfaceRef, NetworkFile } from '../../types.ts';
import { globPattern, hasWildcard, nameOf } from '../text/glob.ts';
import { type Definition, itemsOf, lineOf, mapOf, type NetplanFile, textOf, valuesAt } from './file.ts';

/** An `activation-mode` and its place. */
interface Activation {
  readonly mode: string;
  readonly path: string;
  /** number of its line, from 1 */
  readonly line: number;
}

/** The merged settings of an ID from all files, as far as default routes and disabling need them. */
export interface MergedDefinition {
  readonly section: string;
  readonly id: string;
  /** `networkd`, `NetworkManager`, or undefined for the default, which is networkd */
  renderer?: string | undefined;
  hasMatch: boolean;
  matchName?: string;
  matchMac?: string;
  setName?: string;
  dhcp4: boolean;
  useRoutes: boolean;
  /** metric of the routes from DHCP, as written */
  routeMetric?: string;
  readonly addresses: string[];
  /** `manual` or `off` keeps it down at boot (netplan(5)) */
  activation?: Activation;
  /** IDs that it is stacked on: the link of a VLAN, the ports of a bond or a bridge */
  readonly lowers: { readonly id: string; readonly path: string }[];
}

/**
 * The files that netplan reads, in its order: by name, whatever their folder. A file in /run hides the one
 * of the same name in /etc, and that one hides the one in /lib (netplan-generate(8)).
 */
export function effectiveFiles(files: readonly NetworkFile[]): NetworkFile[] {
  const rank = ({ path }: NetworkFile) => (path.startsWith('/run/') ? 2 : path.startsWith('/etc/') ? 1 : 0);
  const byName = new Map<string, NetworkFile>();
  // The stack's files also include rc-wait's drop-ins, which networkd reads.
  for (const file of files.filter(({ path }) => path.endsWith('.yaml')).toSorted((a, b) => rank(a) - rank(b)))
    byName.set(nameOf(file.path), file);
  return [...byName.values()].sort((a, b) => (nameOf(a.path) < nameOf(b.path) ? -1 : 1));
}

/** Merges the files as netplan does: mappings are merged, the later file wins (netplan(5)). */
export function mergeDefinitions(files: readonly NetplanFile[]): MergedDefinition[] {
  const merged = new Map<string, MergedDefinition>();
  const global = files.findLast(({ renderer }) => renderer !== undefined)?.renderer;
  for (const file of files) {
    for (const definition of file.definitions) {
      const { section, id } = definition;
      const known = merged.get(id) ?? {
        section,
        id,
        hasMatch: false,
        dhcp4: false,
        useRoutes: true,
        addresses: [],
        lowers: [],
        renderer: global,
      };
      mergeInto(known, file, definition);
      merged.set(id, known);
    }
  }
  return [...merged.values()];
}

function mergeInto(known: MergedDefinition, file: NetplanFile, { settings, renderer }: Definition): void {
  const { document, path } = file;
  const textAt = (...keys: [string, ...string[]]): string | undefined =>
    valuesBelow(document, settings, keys)
      .map((value) => textOf(document, value))
      .findLast((text) => text !== undefined);
  const itemsAt = (key: string): unknown[] =>
    valuesAt(document, settings, key).flatMap((value) => itemsOf(document, value));
  const listAt = (key: string): string[] => itemsAt(key).flatMap((item) => textOf(document, item) ?? []);
  known.renderer = textAt('renderer') ?? renderer ?? known.renderer;
  known.lowers.push(...[textAt('link') ?? [], listAt('interfaces')].flat().map((id) => ({ id, path })));
  known.hasMatch ||= valuesAt(document, settings, 'match').length > 0;
  known.matchName = textAt('match', 'name') ?? known.matchName ?? '';
  known.matchMac = textAt('match', 'macaddress')?.toLowerCase() ?? known.matchMac ?? '';
  known.setName = textAt('set-name') ?? known.setName ?? '';
  known.dhcp4 = truth(textAt('dhcp4')) ?? known.dhcp4;
  known.useRoutes = truth(textAt('dhcp4-overrides', 'use-routes')) ?? known.useRoutes;
  const metric = textAt('dhcp4-overrides', 'route-metric');
  if (metric !== undefined) known.routeMetric = metric;
  const activation = valuesAt(document, settings, 'activation-mode').at(-1);
  const mode = textOf(document, activation);
  if (mode !== undefined) known.activation = { mode, path, line: lineOf(file, activation) };
  for (const item of itemsAt('addresses')) {
    // An address may be the one key of a mapping: `- 10.0.0.2/24: {label: …}`.
    const address = textOf(document, item) ?? textOf(document, mapOf(document, item)?.items[0]?.key);
    if (address !== undefined) known.addresses.push(address);
  }
}

/** All values at the end of a path of keys; each key may come twice. */
function valuesBelow(
  document: Document,
  map: YAMLMap,
  [key, ...rest]: readonly [string, ...string[]],
): unknown[] {
  const values = valuesAt(document, map, key);
  const [next, ...others] = rest;
  if (next === undefined) return values;
  return values.flatMap((value) => {
    const below = mapOf(document, value);
    return below === undefined ? [] : valuesBelow(document, below, [next, ...others]);
  });
}

/** netplan's words for true and false; undefined for anything else. */
function truth(word: string | undefined): boolean | undefined {
  if (word === undefined) return undefined;
  if (/^(true|on|yes|y)$/i.test(word)) return true;
  return /^(false|off|no|n)$/i.test(word) ? false : undefined;
}

/**
 * Whether an ID is for the interface. Without `match` the ID is the interface's name;
 * with it, the ID is only a label, and `set-name` or the match decides (netplan(5)).
 */
export function standsFor(
  definition: MergedDefinition,
  { interfaceName, macAddress }: InterfaceRef,
): boolean {
  const { id, hasMatch, matchName, matchMac, setName } = definition;
  if (!hasMatch) return id === interfaceName;
  if (setName) return setName === interfaceName;
  if (!matchName && !matchMac) return false;
  const byName = !matchName || globPattern(matchName).test(interfaceName);
  return byName && (!matchMac || matchMac === macAddress?.toLowerCase());
}

/** The name that the interface of an ID will have, if the files name it; else the ID. */
export function interfaceNameOf({ id, hasMatch, matchName, setName }: MergedDefinition): string {
  const literal = hasMatch && matchName && !hasWildcard(matchName) ? matchName : undefined;
  return setName || literal || id;
}

/** Whether an ID may be for more than one interface. */
export function isForSeveral({ hasMatch, matchName, matchMac, setName }: MergedDefinition): boolean {
  return hasMatch && !setName && !matchMac && (!matchName || hasWildcard(matchName));
}

/** The IDs that identify their interface only by its MAC address. */
export function labelsOf(definitions: readonly MergedDefinition[]): string[] {
  return definitions
    .filter(
      ({ hasMatch, matchMac, matchName, setName }) =>
        hasMatch && matchMac && !setName && (!matchName || hasWildcard(matchName)),
    )
    .map(({ id }) => id);
}

/** The static IPv4 addresses, by the names of `interfaceNameOf`. */
export function staticAddresses(definitions: readonly MergedDefinition[]): HostInterface[] {
  return definitions.map((definition) => ({
    name: interfaceNameOf(definition),
    addresses: definition.addresses.map(parseIpv4Prefix).filter((prefix) => prefix !== undefined),
    ...(definition.matchMac ? { macAddress: definition.matchMac } : {}),
  }));
}
