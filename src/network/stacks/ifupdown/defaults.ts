import type { FileDefault, InterfaceRef, NetworkFile } from '../../types.ts';
import { hasWildcard } from '../text/glob.ts';
import { nextHopsAdded, routeCommand } from '../text/route-command.ts';
import { commandOptions } from './edit.ts';
import { selectsInterfaces } from './file.ts';
import { interfaceOfLabel, namesIn, reachedBy } from './public.ts';
import { type InterfacesTree, type ResolvedStanza, readTree } from './tree.ts';

/** The default routes that ifupdown brings: `gateway`, DHCP, and commands of `up` and similar options. */
export function ifupdownDefaults(files: readonly NetworkFile[]): FileDefault[] {
  const tree = readTree(files);
  const interfacesOf = namesIn(tree, '');
  const booted = bootNames(tree);
  return tree.stanzas.flatMap((stanza) => {
    const names = interfacesOf(stanza);
    const isAtBoot = isSelected(stanza, booted);
    return names.flatMap((name) => ofStanza(stanza, name, tree).map((one) => ({ ...one, isAtBoot })));
  });
}

function ofStanza(
  { family, method, effective, file: { path } }: ResolvedStanza,
  name: string,
  tree: InterfacesTree,
): Omit<FileDefault, 'isAtBoot'>[] {
  const on = (device: string) => ({
    path,
    device,
    mayBeOn: ({ interfaceName }: InterfaceRef) => hasWildcard(device) || interfaceName === device,
  });
  const gateways = effective
    .filter(({ word }) => word === 'gateway' && family === 'inet')
    .map(({ rest }) => ({ ...on(name), via: rest, isLeased: false }));
  const commands = effective.filter(({ word }) => commandOptions.has(word));
  const added = commands
    .filter(({ word }) => !word.includes('down'))
    .flatMap(({ rest }) => nextHopsAdded(rest))
    .map((way) => ({ ...on(reachedBy(way, tree) ?? name), via: way.via, isLeased: false }));
  // A command that deletes or replaces the default route makes the one from DHCP ineffective.
  const isSilenced = commands.some(
    ({ word, rest }) => !word.includes('down') && routeCommand(rest) === 'default-route',
  );
  const isLeased = family === 'inet' && (method === 'dhcp' || method === 'bootp') && !isSilenced;
  return [...gateways, ...added, ...(isLeased ? [{ ...on(name), via: undefined, isLeased }] : [])];
}

/** The words after `auto` and `allow-…`; some may be patterns. */
function bootNames({ files }: InterfacesTree): string[] {
  return files
    .flatMap(({ entries }) => entries)
    .filter(({ kind, word }) => kind === 'keyword' && selectsInterfaces(word))
    .flatMap(({ rest }) => rest.split(/\s+/));
}

function isSelected({ name, bare }: ResolvedStanza, words: readonly string[]): boolean {
  // A pattern such as /eth* may match it.
  const isNamed = (word: string) => word === name || word.endsWith(`=${name}`) || /^[^=]*\//.test(word);
  return (
    bare.some(({ word }) => selectsInterfaces(word)) ||
    words.some(isNamed) ||
    (name !== interfaceOfLabel(name) && words.includes(interfaceOfLabel(name)))
  );
}
