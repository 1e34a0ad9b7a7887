import { contains, parseIpv4 } from '../../../base/ipv4.ts';
import type { GatewayTarget, NetworkFile } from '../../types.ts';
import { hasWildcard } from '../text/glob.ts';
import { type NextHop, nextHopsAdded } from '../text/route-command.ts';
import { commandOptions, ownEntries } from './edit.ts';
import { type Entry, selectsInterfaces } from './file.ts';
import { restoreMarked } from './restore-marked.ts';
import { addressOf, type InterfacesTree, type ResolvedStanza, readTree } from './tree.ts';

/** Interfaces other than the gateway's with a default route in the files, now or before rc-wait changed them. */
export function publicNames(files: readonly NetworkFile[], { interfaceName }: GatewayTarget): string[] {
  const tree = readTree(files.map((file) => restoreMarked(file, () => true)));
  const interfacesOf = namesIn(tree, interfaceName);
  const own = ownEntries(tree.files);
  const owned = new Set(tree.stanzas.flatMap(interfacesOf));
  const holders = tree.stanzas.flatMap((stanza) => {
    const withoutOwn = stanza.effective.filter((entry) => !own.has(entry));
    return holdersOf(stanza, withoutOwn, interfacesOf(stanza), tree);
  });
  return [...new Set(holders)].filter(
    (name) => name !== 'lo' && name !== interfaceName && !hasWildcard(name) && owned.has(name),
  );
}

/**
 * Returns a function that gives the interfaces of a stanza. Its name may be mapped to another
 * interface (`auto eth0=home`), or be a label of one (`eth0:1`). It is no interface if others inherit
 * from the stanza and nothing brings it up: then it is a template.
 */
export function namesIn(
  { files, stanzas }: InterfacesTree,
  gatewayInterface: string,
): (stanza: ResolvedStanza) => string[] {
  const words = files
    .flatMap(({ entries }) => entries)
    .filter(({ kind, word }) => kind === 'keyword' && selectsInterfaces(word))
    .flatMap(({ rest }) => rest.split(/\s+/));
  const plain = new Set(words);
  const parents = new Set(stanzas.map(({ parent }) => parent?.name));
  return ({ name, bare }) => {
    const own = interfaceOfLabel(name);
    if (own === gatewayInterface || plain.has(name) || bare.some(({ word }) => selectsInterfaces(word)))
      return [own];
    const mapped = words.filter((word) => word.endsWith(`=${name}`));
    if (mapped.length > 0) return mapped.map((word) => interfaceOfLabel(word.slice(0, -name.length - 1)));
    return parents.has(name) ? [] : [own];
  };
}

/** The interface of a label: `eth0` for `eth0:1`. */
export function interfaceOfLabel(name: string): string {
  return name.replace(/:.*/, '');
}

/** @param withoutOwn the effective options, without rc-wait's */
function holdersOf(
  { family, method }: ResolvedStanza,
  withoutOwn: readonly Entry[],
  names: readonly string[],
  tree: InterfacesTree,
): string[] {
  const byCommand = withoutOwn
    .filter(({ word }) => commandOptions.has(word))
    .flatMap(({ rest }) => nextHopsAdded(rest))
    .flatMap((way) => reachedBy(way, tree) ?? names);
  const isOwn = family === 'inet' && (method === 'dhcp' || withoutOwn.some(({ word }) => word === 'gateway'));
  return [...(isOwn ? names : []), ...byCommand];
}

/** The device that a route names, or the one whose prefix holds its gateway; undefined if there is none. */
export function reachedBy({ device, via }: NextHop, { stanzas }: InterfacesTree): string | undefined {
  if (device !== undefined) return interfaceOfLabel(device);
  const gateway = parseIpv4(via ?? '');
  const holder = stanzas.find((stanza) => {
    const prefix = stanza.family === 'inet' ? addressOf(stanza) : undefined;
    return gateway !== undefined && prefix !== undefined && contains(prefix, gateway);
  });
  return holder && interfaceOfLabel(holder.name);
}
