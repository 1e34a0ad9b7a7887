import { RcWaitError } from '../../base/error.ts';
import { contains } from '../../base/ipv4.ts';
import type { FileChange, GatewayWish, Stack } from '../types.ts';
import { routeCommand } from './default-route-command.ts';
import { dhcpSources, hookChanges } from './dhcp-hooks.ts';
import { type Edit, edited, indentOf, isOurs } from './interfaces-edit.ts';
import type { Entry, InterfacesFile } from './interfaces-file.ts';
import {
  addressOf,
  type InterfacesTree,
  includesOf,
  isInetOf,
  type ResolvedStanza,
  readTree,
  refuseMapping,
  startPath,
} from './interfaces-tree.ts';

const commandOptions = new Set(['pre-up', 'up', 'post-up', 'down', 'pre-down', 'post-down']);

/** Deletes what a DHCP client brought; ifupdown sets IFACE to the name of the interface itself. */
const dropDefault = 'post-up ip -4 route del 0.0.0.0/0 dev $IFACE || true';

/**
 * ifupdown: `gateway` in the interface's own static stanza, every other IPv4
 * default route out of the way. ifupdown keeps no daemon, and nothing but ip(8)
 * commands stands between its files and the kernel.
 */
export const ifupdown: Stack = {
  name: 'ifupdown',
  tools: ['ifup'],
  sources: [startPath, ...dhcpSources],

  includes: (file) => (dhcpSources.includes(file.path) ? [] : includesOf(file)),

  configures: (files, { interfaceName }) =>
    readTree(files).stanzas.some((stanza) => isInetOf(stanza, interfaceName)),

  addresses: (files) =>
    readTree(files)
      .stanzas.filter(({ family, name }) => family === 'inet' && name !== 'lo')
      .map((stanza) => ({
        name: stanza.name,
        addresses: [addressOf(stanza)].filter((prefix) => prefix !== undefined),
      })),

  edit(files, wish) {
    const tree = readTree(files);
    refuseMapping(tree, wish.interfaceName);
    const edits = editsOf(tree, wish);
    const changes: FileChange[] = [];
    for (const file of tree.files) {
      const after = edited(file, edits(file));
      if (after !== file.text) changes.push({ path: file.path, before: file.text, after, mode: 0o644 });
    }
    return [...changes, ...hookChanges(files, dhcpNames(tree, wish))];
  },

  /*
   * No ifdown and no ifup. Taking an interface down to move a route is how peers
   * lose hosts: a failing or hanging hook, a DHCP server that is silent, a busy
   * mount, and it never comes back; and rc-wait's own requests travel over it.
   * What ifup would run for `gateway` is this one ip(8) command (inet.defn of
   * ifupdown), and what ifdown will run later undoes it, so files, kernel and
   * ifupdown's state agree. ifquery reads the files and fails where ifup would.
   */
  reload: ({ gateway, interfaceName }) => [
    { argv: ['ifquery', interfaceName], timeoutMs: 10_000, check: true },
    {
      argv: ['ip', '-4', 'route', 'replace', '0.0.0.0/0', 'via', gateway, 'dev', interfaceName, 'onlink'],
      timeoutMs: 10_000,
    },
  ],

  // The routes themselves are put back from what the kernel held before.
  restore: () => [],
};

/** What happens to each file, by its path. */
function editsOf({ stanzas }: InterfacesTree, wish: GatewayWish): (file: InterfacesFile) => Edit {
  const home = homeOf(stanzas, wish);
  const off = new Set<Entry>();
  const gone = new Set<Entry>();
  const added: { path: string; after: Entry; indent: string; text: string }[] = [];
  for (const stanza of stanzas) {
    let wanted = wantedLine(stanza, home, wish);
    for (const entry of stanza.options) {
      if (wanted === `${entry.word} ${entry.rest}`) {
        wanted = undefined;
      } else if (isOurs(stanza.file, entry)) {
        gone.add(entry);
      } else if (isDefaultRoute(stanza, entry)) {
        off.add(entry);
      }
    }
    if (wanted === undefined) continue;
    // Not after a line that is put out of use: the next edit would see no option there, and take another place.
    const after = stanza.options.findLast((entry) => !gone.has(entry) && !off.has(entry)) ?? stanza.head;
    const indent = after === stanza.head ? '    ' : indentOf(after);
    added.push({ path: stanza.file.path, after, indent, text: wanted });
  }
  return ({ path, entries }) => ({
    off: new Set(entries.filter((entry) => off.has(entry))),
    gone: new Set(entries.filter((entry) => gone.has(entry))),
    added: added.filter((one) => one.path === path),
  });
}

/** The stanza that is to hold the gateway: the static one whose prefix it is in, else the first there is. */
function homeOf(stanzas: readonly ResolvedStanza[], { interfaceName, gateway }: GatewayWish): ResolvedStanza {
  const own = stanzas.filter((stanza) => isInetOf(stanza, interfaceName));
  const fixed = own.filter(({ method }) => method === 'static');
  const home =
    fixed.find((stanza) => {
      const prefix = addressOf(stanza);
      return prefix !== undefined && contains(prefix, gateway);
    }) ??
    fixed[0] ??
    own[0];
  if (home !== undefined) return home;
  throw new RcWaitError(
    'STACK_UNKNOWN',
    `cannot configure ${interfaceName}: ${startPath} has no "iface ${interfaceName} inet"`,
  );
}

/** The one line that a stanza must have, beyond what stands in it without us; undefined when it needs none. */
function wantedLine(
  stanza: ResolvedStanza,
  home: ResolvedStanza,
  { gateway }: GatewayWish,
): string | undefined {
  if (stanza.family !== 'inet') return undefined;
  if (stanza !== home) return stanza.method === 'dhcp' && stanza.name !== home.name ? dropDefault : undefined;
  if (stanza.method === 'static') return `gateway ${gateway}`;
  // No `gateway` option in the other methods; `replace`, because a DHCP client may have brought its own.
  return `post-up ip -4 route replace 0.0.0.0/0 via ${gateway} dev $IFACE`;
}

/** @throws RcWaitError NETWORK_FILE where a default route cannot be taken out without something else */
function isDefaultRoute({ file, family }: ResolvedStanza, { word, rest, number }: Entry): boolean {
  if (word === 'gateway') return family === 'inet';
  // A command is judged by its own words: one for IPv4 may well stand in an inet6 stanza.
  if (!commandOptions.has(word)) return false;
  const kind = routeCommand(rest);
  if (kind === 'mixed') {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot edit ${file.path}: line ${number} changes the default route together with something else`,
      { hint: 'nothing was changed; put the default route on a line of its own, or take it out' },
    );
  }
  return kind === 'default-route';
}

/** The interfaces but the gateway's that have their address by DHCP. */
function dhcpNames({ stanzas }: InterfacesTree, wish: GatewayWish): string[] {
  return stanzas
    .filter(
      ({ family, method, name }) => family === 'inet' && method === 'dhcp' && name !== wish.interfaceName,
    )
    .map(({ name }) => name);
}
