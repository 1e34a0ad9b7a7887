import { RcWaitError } from '../../../base/error.ts';
import { contains } from '../../../base/ipv4.ts';
import type { GatewayTarget } from '../../types.ts';
import { nextHopsAdded, routeCommand } from '../text/route-command.ts';
import { effectsOf } from '../text/script/doings.ts';
import { commandOptions } from './edit.ts';
import type { Entry } from './file.ts';
import { addressOf, isInetOf, type ResolvedStanza, startPath } from './tree.ts';

/** Deletes the default route from a DHCP client; ifupdown sets IFACE to the name of the interface. */
const dropDefault = 'post-up ip -4 route del 0.0.0.0/0 dev $IFACE || true';

/** The stanza that gets the gateway: the static one whose prefix holds it, else the first static or the first one. */
export function homeOf(
  stanzas: readonly ResolvedStanza[],
  { interfaceName, gateway }: GatewayTarget,
): ResolvedStanza {
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

/** The one line about routes that a stanza must have; undefined if it needs none. */
export function wantedRoute(
  stanza: ResolvedStanza,
  home: ResolvedStanza,
  { gateway }: GatewayTarget,
): string | undefined {
  if (stanza.family !== 'inet') return undefined;
  if (stanza !== home) return stanza.method === 'dhcp' && stanza.name !== home.name ? dropDefault : undefined;
  if (stanza.method === 'static') return `gateway ${gateway}`;
  // Other methods have no `gateway` option. `replace`, because a DHCP client may have brought its own route.
  return `post-up ip -4 route replace 0.0.0.0/0 via ${gateway} dev $IFACE`;
}

/**
 * Whether an option is, or changes, an IPv4 default route.
 * @throws RcWaitError NETWORK_FILE if a default route cannot be removed without something else
 */
export function isDefaultRoute({ file, family }: ResolvedStanza, { word, rest, number }: Entry): boolean {
  if (word === 'gateway') return family === 'inet';
  // A command is judged by its own words, because an inet6 stanza may hold one for IPv4.
  if (!commandOptions.has(word)) return false;
  const kind = routeCommand(rest);
  if (kind === 'unclear') {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot edit ${file.path}: line ${number}: only a shell could tell whether it sets the default route`,
      { hint: 'nothing was changed; write its destination and its table in full, or take it out' },
    );
  }
  // One that only takes routes away is weighed by its place in the boot (survey).
  if (kind === 'mixed' && nextHopsAdded(rest).length === 0 && effectsOf(rest).takes.length > 0) return false;
  if (kind === 'mixed') {
    throw new RcWaitError(
      'NETWORK_FILE',
      `cannot edit ${file.path}: line ${number} changes the default route together with something else`,
      { hint: 'nothing was changed; put the default route on a line of its own, or take it out' },
    );
  }
  return kind === 'default-route';
}
