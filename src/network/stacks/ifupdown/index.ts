import type { FileChange, GatewayTarget, ReloadContext } from '../../types.ts';
import { linksOf, linksUndone, restoreLinks, routeMove } from '../links.ts';
import type { Stack } from '../stack.ts';
import { bootSettingsPath, ifupdownObstacles } from './boot.ts';
import { bootEdit, disabledNames, refuseDisabling } from './boot-lines.ts';
import { ifupdownDefaults } from './defaults.ts';
import { dhcpSources, hookChanges } from './dhcp-hooks.ts';
import { type Edit, edited, indentOf, isResolverOption, ownEntries } from './edit.ts';
import type { Entry, InterfacesFile } from './file.ts';
import { ifupdownAtBoot } from './hooks.ts';
import { interfacesParser } from './parser.ts';
import { interfaceOfLabel, publicNames } from './public.ts';
import { moveResolvers } from './resolvers.ts';
import { type RestoredFile, restoreMarked } from './restore-marked.ts';
import { homeOf, isDefaultRoute, wantedRoute } from './routes.ts';
import {
  addressOf,
  type InterfacesTree,
  includesOf,
  isInetOf,
  readTree,
  refuseMapping,
  startPath,
} from './tree.ts';

/** Files beside those of interfaces(5). */
const otherSources: readonly string[] = [...dhcpSources, bootSettingsPath];

/**
 * ifupdown: `gateway` goes into the interface's own static stanza, and every other IPv4 default route is
 * disabled. ifupdown has no daemon: only ip(8) commands stand between its files and the kernel. `dns-`
 * options move with the gateway; resolvers from DHCP stay with the client.
 */
export const ifupdown: Stack = {
  name: 'ifupdown',
  tools: ['ifup'],
  sources: [startPath, ...otherSources],
  atBoot: ifupdownAtBoot,

  includes: (file) => (otherSources.includes(file.path) ? [] : includesOf(file)),

  configures: (files, { interfaceName }) =>
    readTree(files).stanzas.some((stanza) => isInetOf(stanza, interfaceName)),

  addresses: (files) =>
    readTree(files)
      .stanzas.filter(({ family, name }) => family === 'inet' && name !== 'lo')
      .map((stanza) => ({
        // An address of the label eth1:1 belongs to eth1.
        name: interfaceOfLabel(stanza.name),
        addresses: [addressOf(stanza)].filter((prefix) => prefix !== undefined),
      })),

  publicInterfaces: publicNames,

  defaults: ifupdownDefaults,

  bootObstacles: ifupdownObstacles,

  edit(files, target) {
    const restored = files.map((file) => restoreMarked(file, isResolverOption));
    const tree = readTree(restored);
    refuseMapping(tree, target.interfaceName);
    const names = publicNames(files, target);
    if (target.publicInterface === 'disable') refuseDisabling(tree, names);
    const edits = editsOf(tree, target, names, restored);
    const changes: FileChange[] = [];
    for (const file of tree.files) {
      const before = files.find(({ path }) => path === file.path)?.text;
      const after = edited(file, edits(file));
      if (after !== before) changes.push({ path: file.path, before, after, mode: 0o644 });
    }
    return [...changes, ...hookChanges(files, dhcpNames(tree, target))];
  },

  parser: interfacesParser,

  /*
   * No ifdown and no ifup. Taking an interface down to move a route is how other tools lose hosts: a hook
   * fails or hangs, a DHCP server is silent, a mount is busy, and the interface never comes back; and rc-wait's
   * own requests travel over it. For `gateway` ifup would run this one ip(8) command (inet.defn of ifupdown),
   * and a later ifdown undoes it, so files, kernel and ifupdown's state agree. ifquery reads the files and
   * fails where ifup would.
   */
  reload: (target, context) => [
    { argv: ['ifquery', target.interfaceName], timeoutMs: 60_000, check: true },
    ...routeMove(target, linksOf(...disabled(target, context)), tools),
  ],

  restore: (target, context) => restoreLinks(linksUndone(...disabled(target, context)), tools),
};

/**
 * ifup adds its default route without "replace" and fails because rc-wait's already exists. Without
 * --ignore-errors it stops there, runs nothing more of the stanza, and does not record that the interface is
 * up. ifupdown before 0.8, and other programs named ifup, do not know the option.
 */
const tools = [['ifup', '--ignore-errors'], ['ifup']] as const;

/** The interfaces that are disabled before the change, and after it. */
function disabled(target: GatewayTarget, { files, before = [] }: ReloadContext): [string[], string[]] {
  return [disabledNames(before), target.publicInterface === 'disable' ? publicNames(files, target) : []];
}

/** The edits of each file. */
function editsOf(
  tree: InterfacesTree,
  target: GatewayTarget,
  names: readonly string[],
  restored: readonly RestoredFile[],
): (file: InterfacesFile) => Edit {
  const home = homeOf(tree.stanzas, target);
  const resolvers = moveResolvers(tree, home, names, target.interfaceName);
  const own = ownEntries(tree.files);
  const off = new Set<Entry>(resolvers.off);
  const gone = new Set<Entry>();
  const added: { path: string; after: Entry; indent: string; text: string }[] = [];
  for (const stanza of tree.stanzas) {
    const route = wantedRoute(stanza, home, target);
    const wanted = new Set(stanza === home ? resolvers.wanted : []);
    const lines = new Set(route === undefined ? wanted : [route, ...wanted]);
    for (const entry of stanza.options.filter((one) => !off.has(one))) {
      if (lines.delete(`${entry.word} ${entry.rest}`)) continue;
      if (own.has(entry)) gone.add(entry);
      else if (isDefaultRoute(stanza, entry)) off.add(entry);
    }
    // Not after a disabled line: the next edit would see no option there, and choose another place.
    const after = stanza.options.findLast((entry) => !gone.has(entry) && !off.has(entry)) ?? stanza.head;
    const indent = after === stanza.head ? '    ' : indentOf(after);
    added.push(...[...lines].map((text) => ({ path: stanza.file.path, after, indent, text })));
  }
  const disabled = target.publicInterface === 'disable' ? names : [];
  return (file) => {
    const replaced = restored.find(({ path }) => path === file.path)?.replacements ?? new Set();
    const boot = bootEdit(file, replaced, tree, disabled);
    return {
      off: new Set([...file.entries.filter((entry) => off.has(entry)), ...boot.off]),
      swapped: boot.swapped,
      gone: new Set([...file.entries.filter((entry) => gone.has(entry)), ...boot.gone]),
      added: added.filter((one) => one.path === file.path),
    };
  };
}

/** Interfaces other than the gateway's with DHCP. */
function dhcpNames({ stanzas }: InterfacesTree, target: GatewayTarget): string[] {
  return stanzas
    .filter(
      ({ family, method, name }) => family === 'inet' && method === 'dhcp' && name !== target.interfaceName,
    )
    .map(({ name }) => name);
}
