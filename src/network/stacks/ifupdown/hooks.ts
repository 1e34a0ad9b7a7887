import type { GatewayTarget, NetworkFile } from '../../types.ts';
import { type AtBoot, type BootCommand, lsbName } from '../at-boot.ts';
import { dhcpcdHook, dhcpcdHookPath } from './dhcpcd-hook.ts';
import { commandOptions } from './edit.ts';
import type { Entry } from './file.ts';
import { interfaceOfLabel } from './public.ts';
import { homeOf } from './routes.ts';
import { type InterfacesTree, isInetOf, type ResolvedStanza, readTree } from './tree.ts';

/** ifupdown runs the scripts of its folders, and the commands in its files. */
export const ifupdownAtBoot: AtBoot = {
  units: ['networking.service'],
  setUpWith: ['networking.service'],
  scripts: [
    { globs: ['/etc/network/if-up.d/*'], names: lsbName, isExecuted: true },
    // Before the gateway's interface comes up, and before each that comes after it.
    { globs: ['/etc/network/if-pre-up.d/*'], names: lsbName, isExecuted: true, order: 'unknown' },
  ],
  shipped: /^(01-?ifupdown|clamav-freshclam-ifupdown)$/,
  ownHook: { path: dhcpcdHookPath, without: (text) => dhcpcdHook(text, []) ?? '' },
  commands: bootCommands,
};

/** The commands of `pre-up`, `up` and `post-up`, with the name of the interface in place of `$IFACE`. */
function bootCommands(files: readonly NetworkFile[], target: GatewayTarget): BootCommand[] {
  const tree = readTree(files);
  const home = tree.stanzas.some((one) => isInetOf(one, target.interfaceName))
    ? homeOf(tree.stanzas, target)
    : undefined;
  return tree.stanzas.flatMap((stanza) => [
    ...pppOf(stanza),
    ...stanza.options
      .filter(({ word }) => commandOptions.has(word) && !word.includes('down'))
      .map((entry) => ({
        path: stanza.file.path,
        line: entry.rest.replace(/\$(IFACE\b|\{IFACE\})/g, stanza.name),
        number: entry.number,
        order: home === undefined ? 'unknown' : orderOf(entry, stanza, home, tree),
      })),
  ]);
}

/** The command that the method `ppp` runs (inet.defn of ifupdown); its peer file may say `defaultroute`. */
function pppOf({ method, effective, head, file: { path } }: ResolvedStanza): BootCommand[] {
  if (method !== 'ppp') return [];
  const provider = effective.findLast(({ word }) => word === 'provider')?.rest ?? 'provider';
  return [{ path, line: `pon ${provider}`, number: head.number, order: 'unknown' }];
}

/**
 * `ifup -a` brings up the interfaces in the order of the `auto` lines, and the stanzas of one interface in the
 * order of the files; each runs `pre-up`, then sets its address and `gateway`, then runs `up` (ifupdown's main.c
 * and interfaces(5)). When udev brings up an interface of `allow-hotplug`, nothing says.
 */
function orderOf(
  entry: Entry,
  stanza: ResolvedStanza,
  home: ResolvedStanza,
  { files, stanzas }: InterfacesTree,
): BootCommand['order'] {
  if (stanza === home) {
    if (entry.word === 'pre-up') return 'before';
    if (home.method === 'static') return 'after';
    const route = home.options.findLast(
      ({ word, rest }) => word === 'post-up' && /^ip -4 route replace 0\.0\.0\.0\/0 /.test(rest),
    );
    return route !== undefined && home.options.indexOf(entry) < home.options.indexOf(route)
      ? 'before'
      : 'after';
  }
  if (interfaceOfLabel(stanza.name) === interfaceOfLabel(home.name) && stanza.name === home.name)
    return stanzas.indexOf(stanza) < stanzas.indexOf(home) ? 'before' : 'after';
  const names = files
    .flatMap(({ entries }) => entries)
    .filter(({ kind, word }) => kind === 'keyword' && /^(auto|allow-auto)$/.test(word))
    .flatMap(({ rest }) => rest.split(/\s+/));
  const [own, gatewayInterface] = [names.indexOf(stanza.name), names.indexOf(home.name)];
  if (own < 0 || gatewayInterface < 0) return 'unknown';
  return own < gatewayInterface ? 'before' : 'after';
}
