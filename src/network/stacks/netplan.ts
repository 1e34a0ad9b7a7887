import { stringify } from 'yaml';
import { RcWaitError } from '../../base/error.ts';
import type { FileChange, GatewayWish, NetworkFile, Stack } from '../types.ts';
import { nameOf } from './glob.ts';
import { type Definition, type NetplanFile, readNetplanFile } from './netplan-file.ts';
import { defaultRoutes, type Removal, useRoutesOverride, withoutRemovals } from './netplan-routes.ts';
import {
  effectiveFiles,
  type MergedDefinition,
  mergeDefinitions,
  standsFor,
  staticAddresses,
} from './netplan-tree.ts';

/** Sorts after what installers and cloud-init write (00 to 50), so that it has the last word. */
const ownPath = '/etc/netplan/90-rc-wait.yaml';

const header = `# Written by rc-wait: the one default route of this server. Changes here are lost.
# To undo it: remove this file; in the other files of this folder take away the
# marks "# rc-wait off: " and "# rc-wait was: " (and the line below each "was");
# then run "netplan apply".
`;

/**
 * netplan, with whatever renderer: our route in a file of our own, and every
 * other default route out of the files that hold one. Written as 0.0.0.0/0:
 * `to: default` needs netplan 0.103, and older hosts lost their network to it.
 */
export const netplan: Stack = {
  name: 'netplan',
  holdMs: 300,
  tools: ['netplan'],
  servedBy: ['networkd', 'networkmanager'],
  sources: ['/usr/lib/netplan/*.yaml', '/lib/netplan/*.yaml', '/etc/netplan/*.yaml', '/run/netplan/*.yaml'],

  configures: (files, target) =>
    mergeDefinitions(read(files)).some((definition) => standsFor(definition, target)),

  addresses: (files) => staticAddresses(mergeDefinitions(read(files))),

  edit(files, wish) {
    const others = read(files);
    const merged = mergeDefinitions(others);
    const target = soleDefinition(merged, wish);
    const silenced = merged.filter(({ id, dhcp4, useRoutes }) => id !== target.id && dhcp4 && useRoutes);
    const isWished = (definition: Definition, { via }: Removal) =>
      definition.id === target.id && via === wish.gateway;
    const kept = wishedRoutes(others, isWished)[0];
    const changes: FileChange[] = [];
    for (const file of others) {
      const removals = file.definitions.flatMap((definition) => [
        ...defaultRoutes(file, definition).filter(
          // The same gateway twice, with two metrics, would be two routes. In /run it goes with the next boot.
          (route) => !isSame(route, kept) && !(isVolatile(file) && isWished(definition, route)),
        ),
        ...(overrulesUs(file) && silenced.some(({ id }) => id === definition.id)
          ? useRoutesOverride(file, definition)
          : []),
      ]);
      if (removals.length > 0) changes.push(changeOf(file, withoutRemovals(file, removals)));
    }
    const before = files.find(({ path }) => path === ownPath)?.text;
    const after = ownText(kept !== undefined ? undefined : { target, wish }, silenced);
    if (before !== after) changes.push({ path: ownPath, before, after, mode: 0o600 });
    return changes;
  },

  reload: () => [
    // Checks the files before anything is touched: it writes below /run alone.
    { argv: ['netplan', 'generate'], timeoutMs: 30_000, check: true },
    { argv: ['netplan', 'apply'], timeoutMs: 120_000 },
  ],

  restore: () => [{ argv: ['netplan', 'apply'], timeoutMs: 120_000 }],
};

function read(files: readonly NetworkFile[]): NetplanFile[] {
  return effectiveFiles(files)
    .filter(({ path }) => path !== ownPath)
    .map(readNetplanFile);
}

/** The routes as wished that other files hold already, and will hold after the next boot too. */
function wishedRoutes(
  files: readonly NetplanFile[],
  isWished: (definition: Definition, route: Removal) => boolean,
): Removal[] {
  return files
    .filter((file) => !isVolatile(file))
    .flatMap((file) =>
      file.definitions.flatMap((one) => defaultRoutes(file, one).filter((route) => isWished(one, route))),
    );
}

function isSame(a: Removal, b: Removal | undefined): boolean {
  return a.parent === b?.parent && a.index === b.index;
}

function isVolatile({ path }: NetworkFile): boolean {
  return path.startsWith('/run/');
}

function overrulesUs({ path }: NetplanFile): boolean {
  return nameOf(path) > nameOf(ownPath);
}

function soleDefinition(definitions: readonly MergedDefinition[], wish: GatewayWish): MergedDefinition {
  const [first, second] = definitions.filter((definition) => standsFor(definition, wish));
  if (first === undefined) {
    throw new RcWaitError(
      'STACK_UNKNOWN',
      `cannot configure ${wish.interfaceName}: no netplan file defines it`,
    );
  }
  if (second !== undefined) {
    // networkd takes the first .network file that matches, NetworkManager another: we must not guess.
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot configure ${wish.interfaceName}: netplan defines it twice, as ${first.id} and as ${second.id}`,
      { hint: 'leave one definition of the interface in /etc/netplan' },
    );
  }
  return first;
}

function changeOf(file: NetplanFile, after: string): FileChange {
  const { path, text } = file;
  if (isVolatile(file)) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot take the default route out of ${path}: what writes it at each boot would put it back`,
      { hint: 'find what writes that file and take the default route out there' },
    );
  }
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o600 };
  // A package owns what is in /lib; a file of the same name in /etc hides it (netplan-generate(8)).
  return { path: `/etc/netplan/${nameOf(path)}`, before: undefined, after, mode: 0o600 };
}

/** Our own file; undefined when there is nothing for it to say. */
function ownText(
  route: { target: MergedDefinition; wish: GatewayWish } | undefined,
  silenced: readonly MergedDefinition[],
): string | undefined {
  const sections: Record<string, Record<string, unknown>> = {};
  const set = ({ section, id }: MergedDefinition, settings: unknown) => {
    sections[section] = { ...sections[section], [id]: settings };
  };
  if (route !== undefined) set(route.target, { routes: [{ to: '0.0.0.0/0', via: route.wish.gateway }] });
  for (const definition of silenced) set(definition, { 'dhcp4-overrides': { 'use-routes': false } });
  if (Object.keys(sections).length === 0) return undefined;
  return header + stringify({ network: { version: 2, ...sections } });
}
