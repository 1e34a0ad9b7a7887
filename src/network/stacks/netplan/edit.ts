import { RcWaitError } from '../../../base/error.ts';
import type { FileChange, GatewayTarget, NetworkFile } from '../../types.ts';
import { nameOf } from '../text/glob.ts';
import { dropInChanges, metricOf, usesNetworkd } from './dhcp.ts';
import { type Definition, type NetplanFile, readNetplanFile } from './file.ts';
import { type Cuts, fitsAsItem, isTaken, withCopies } from './lists.ts';
import { type MergedDefinition, mergeDefinitions } from './merge.ts';
import { ownPath, ownText } from './own-file.ts';
import { isReadAfterOwn, originalNetplan, publicDefinitions, refuseDisabling } from './public.ts';
import {
  catchAll,
  type Nameservers,
  nameserversLacking,
  nameserversOf,
  nameserversRemoval,
} from './resolvers.ts';
import { defaultRoutes, useRoutesOverride } from './routes.ts';
import { withoutShared } from './yaml/alias.ts';
import { type Removal, withoutRemovals } from './yaml/cut.ts';

/** The input of an edit. */
export interface Start {
  /** all files of the stack */
  readonly files: readonly NetworkFile[];
  /** the files as they are, without rc-wait's own */
  readonly live: readonly NetplanFile[];
  readonly own: NetworkFile | undefined;
  /** the definition of the gateway's interface */
  readonly gatewayDefinition: MergedDefinition;
  readonly target: GatewayTarget;
}

/** The changes that make the gateway the only default route, and move the resolvers with it. */
export function changesOf({ files, live, own, gatewayDefinition, target }: Start): FileChange[] {
  const merged = mergeDefinitions(live);
  const silenced = merged.filter(
    ({ id, dhcp4, useRoutes }) => id !== gatewayDefinition.id && dhcp4 && useRoutes,
  );
  const bare = silenced.filter((one) => !usesNetworkd(one));
  const { publics, nameservers } = movesOf(live, own, gatewayDefinition);
  const disabled = target.publicInterface === 'disable' ? publics : [];
  refuseDisabling(disabled, merged, live);
  const cutsWith = (kept: Removal | undefined): Cuts =>
    withCopies(
      live,
      new Map(
        live.map((file) => [
          file,
          removalsOf(file, { kept, silenced: bare, publics, gatewayDefinition, target }),
        ]),
      ),
    );
  // A route with a metric could lose to a default route from DHCP.
  const least = Math.min(...silenced.map(metricOf).filter((metric) => metric !== 0));
  const kept = gatewayRoutes(live, gatewayDefinition, target).find(
    (route) =>
      (route.metric ?? 0) < least &&
      isTaken(route, gatewayDefinition.id, live.filter(isLasting), cutsWith(route)),
  );
  const cuts = cutsWith(kept);
  const changes = [...cuts].flatMap(([file, removals]) =>
    removals.length > 0 ? [changeOf(file, withoutRemovals(file, removals))] : [],
  );
  const gateway = kept === undefined ? target.gateway : undefined;
  // Files in /run do not survive a boot, so netplan must use the item both with and without them.
  const isRoom = [live, live.filter(isLasting)].every((files) =>
    fitsAsItem(gatewayDefinition.id, files, cuts, ({ path }) => !isReadAfterOwn(path)),
  );
  const form = isRoom ? 'item' : 'key';
  const after = ownText({ gatewayDefinition, gateway, form, nameservers, silenced: bare, disabled });
  if (own?.text !== after) changes.push({ path: ownPath, before: own?.text, after, mode: 0o600 });
  return [...changes, ...dropInChanges(files, silenced)];
}

/** What an edit removes from a file. */
interface Taking extends Pick<Start, 'gatewayDefinition' | 'target'> {
  /** the wanted default route in a file, the only one that stays */
  readonly kept: Removal | undefined;
  /** definitions that must get no routes from DHCP at all */
  readonly silenced: readonly MergedDefinition[];
  readonly publics: readonly MergedDefinition[];
}

function removalsOf(
  file: NetplanFile,
  { kept, silenced, publics, gatewayDefinition, target }: Taking,
): Removal[] {
  const { document, definitions } = file;
  // Whatever writes a file in /run does so again at the next boot, so its resolvers stay, in both places.
  const resolvers = isLasting(file)
    ? definitions.filter((one) => has(publics, one)).flatMap((one) => nameserversRemoval(file, one))
    : [];
  const routes = definitions.flatMap((definition) => [
    ...defaultRoutes(file, definition).filter(
      // The same gateway with two metrics would be two routes. One in /run stays, because the next boot removes it.
      (route) =>
        !isSame(route, kept) &&
        (isLasting(file) || !isGatewayRoute(gatewayDefinition, target)(definition, route)),
    ),
    ...(isReadAfterOwn(file.path) && has(silenced, definition) ? useRoutesOverride(file, definition) : []),
  ]);
  // Resolvers shared by an alias with an interface that keeps them stay with both.
  return [...routes, ...withoutShared(document, resolvers)];
}

/** The public definitions, and the nameservers that the gateway's lacks: of those, and of itself when it was public. */
function movesOf(
  live: readonly NetplanFile[],
  own: NetworkFile | undefined,
  { id, renderer }: MergedDefinition,
): { publics: readonly MergedDefinition[]; nameservers: Nameservers | undefined } {
  const restored = live.map(originalNetplan);
  const originals = live.map((file, index) => restored[index] ?? file);
  // If a file's original text is lost, rc-wait's own file still has what was taken from it.
  const memory = own !== undefined && restored.includes(undefined) ? [readNetplanFile(own)] : [];
  const remembered = memory.flatMap(({ definitions }) => definitions.map((one) => one.id));
  const found = publicDefinitions(live, originals, id);
  const publics = mergeDefinitions(originals).filter(
    (one) => found.some((other) => other.id === one.id) || (one.id !== id && remembered.includes(one.id)),
  );
  const sources = [id, ...publics.map((one) => one.id)].map((one) =>
    nameserversOf([...originals, ...memory], [one]),
  );
  const known = nameserversOf(live, [id]);
  const lacks = nameserversLacking(known, {
    addresses: sources.flatMap(({ addresses }) => addresses),
    search: sources.flatMap(({ search }) => search),
  });
  if (lacks === undefined || renderer === 'NetworkManager') return { publics, nameservers: lacks };
  const all = catchAll(sources, [...known.search, ...lacks.search]);
  return { publics, nameservers: { ...lacks, search: [...lacks.search, ...all] } };
}

/** The wanted routes that other files hold already, and still hold after the next boot. */
function gatewayRoutes(
  files: readonly NetplanFile[],
  gatewayDefinition: MergedDefinition,
  target: GatewayTarget,
): Removal[] {
  return files
    .filter(isLasting)
    .flatMap((file) =>
      file.definitions.flatMap((one) =>
        defaultRoutes(file, one).filter((route) => isGatewayRoute(gatewayDefinition, target)(one, route)),
      ),
    );
}

function isGatewayRoute(gatewayDefinition: MergedDefinition, { gateway }: GatewayTarget) {
  return ({ id }: Definition, { via }: Removal): boolean => id === gatewayDefinition.id && via === gateway;
}

function isSame(a: Removal, b: Removal | undefined): boolean {
  return a.parent === b?.parent && a.index === b.index;
}

function has(definitions: readonly MergedDefinition[], { id }: Definition): boolean {
  return definitions.some((one) => one.id === id);
}

/** Whether a file still exists after the next boot. */
function isLasting({ path }: NetworkFile): boolean {
  return !path.startsWith('/run/');
}

function changeOf(file: NetplanFile, after: string): FileChange {
  const { path, text } = file;
  if (!isLasting(file)) {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot remove the default route from ${path}: the program that writes this file at each boot would restore it`,
      { hint: 'find the program that writes this file, and remove the default route from its configuration' },
    );
  }
  if (path.startsWith('/etc/')) return { path, before: text, after, mode: 0o600 };
  // Packages own the files in /lib; a file of the same name in /etc hides them (netplan-generate(8)).
  return { path: `/etc/netplan/${nameOf(path)}`, before: undefined, after, mode: 0o600 };
}
