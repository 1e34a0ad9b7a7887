import { seededRandom } from '../random.ts';
import type { CloudScenario, CloudServer, FleetScenario, Span } from './types.ts';

/** All servers of a scenario with their timelines; the same for the same seed. */
export function serversOf({ fleets, seed }: CloudScenario): readonly CloudServer[] {
  const random = seededRandom(seed);
  return fleets.flatMap((fleet, number) =>
    Array.from({ length: fleet.count }, (_, index) => serverOf(fleet, number, index, random)),
  );
}

function serverOf(fleet: FleetScenario, number: number, index: number, random: () => number): CloudServer {
  const activeMs = within(fleet.activeAfter, random());
  const outcome = outcomeOf(fleet.outcomes, random());
  const keyMs = outcome === 'NONE' ? Number.POSITIVE_INFINITY : activeMs + fleet.keyAfterMs;
  const burst = fleet.bursts > 0 ? Math.floor((index / fleet.count) * fleet.bursts) / fleet.bursts : random();
  // The last burst is at the end of the span.
  const part = fleet.bursts > 1 ? (burst * fleet.bursts) / (fleet.bursts - 1) : burst;
  const endMs =
    outcome === 'NONE' ? Number.POSITIVE_INFINITY : Math.max(keyMs, within(fleet.endsAfter, part));
  const { vanish, managed } = fleet;
  const vanishes = vanish !== undefined && random() < vanish.share;
  return {
    id: idOf(number, index),
    name: fleet.name.replaceAll('{}', String(index + 1)),
    region: fleet.region,
    index,
    activeMs,
    keyMs,
    endMs,
    outcome,
    managedMs: managed === undefined ? Number.POSITIVE_INFINITY : endMs + managed.afterMs,
    managedOutcome: managed?.outcome,
    vanishMs: vanishes ? within(vanish.after, random()) : Number.POSITIVE_INFINITY,
    metadata: fleet.metadata,
  };
}

function within({ fromMs, toMs }: Span, part: number): number {
  return Number.isFinite(toMs) ? fromMs + (toMs - fromMs) * part : fromMs;
}

function outcomeOf(shares: Readonly<Record<string, number>>, dice: number): string {
  let sum = 0;
  for (const [outcome, share] of Object.entries(shares)) {
    sum += share;
    if (dice < sum) return outcome;
  }
  return 'DEPLOYED';
}

/** A UUID that contains the server's number, so that people find it in a log. */
function idOf(fleet: number, index: number): string {
  return `00000000-0000-4000-8${String(fleet).padStart(3, '0')}-${String(index + 1).padStart(12, '0')}`;
}

/** The server's own status at a moment; DELETED once it is deleted. */
export function serverStatusAt(
  { vanishMs, outcome, endMs, activeMs }: CloudServer,
  elapsedMs: number,
): string {
  if (elapsedMs >= vanishMs) return 'DELETED';
  if (outcome === 'ERROR' && elapsedMs >= endMs) return 'ERROR';
  return elapsedMs >= activeMs ? 'ACTIVE' : 'BUILD';
}

/** Its metadata at a moment, under the names of Rackspace's documentation (`provison` is verbatim). */
export function metadataAt(server: CloudServer, elapsedMs: number): Readonly<Record<string, string>> {
  const { keyMs, endMs, outcome, managedMs, managedOutcome, metadata } = server;
  if (elapsedMs < keyMs || outcome === 'ERROR') return metadata;
  const hasEnded = elapsedMs >= endMs;
  const managed = managedOutcome === undefined ? {} : { rax_service_level_automation: 'Pending' };
  if (managedOutcome !== undefined && hasEnded)
    managed.rax_service_level_automation = elapsedMs >= managedMs ? managedOutcome : 'In Progress';
  return {
    ...metadata,
    rackconnect_automation_feature_configure_network_stack: 'ENABLED',
    rackconnect_automation_feature_manage_software_firewall: 'ENABLED',
    rackconnect_automation_feature_provison_public_ip: 'ENABLED',
    rackconnect_automation_status: hasEnded ? outcome : 'DEPLOYING',
    ...(hasEnded && outcome === 'UNPROCESSABLE'
      ? { rackconnect_unprocessable_reason: 'The cloud server is not in a region that RackConnect knows' }
      : {}),
    ...managed,
  };
}

/** When the server last changed for changes-since, in ms since the simulator's start; undefined: never so far. */
export function changedAt(
  server: CloudServer,
  elapsedMs: number,
  metadataCounts: boolean,
): number | undefined {
  const { activeMs, keyMs, endMs, managedMs, vanishMs, outcome } = server;
  const own = [activeMs, vanishMs, ...(outcome === 'ERROR' ? [endMs] : [])];
  const moments = metadataCounts ? [...own, keyMs, endMs, managedMs] : own;
  // A deleted server no longer changes.
  const latest = Math.min(elapsedMs, vanishMs);
  const past = moments.filter((moment) => moment <= latest);
  return past.length === 0 ? undefined : Math.max(...past);
}

/** The addresses; RackConnect provides the public one when the deployment ends. */
export function addressesOf({ index }: CloudServer): {
  readonly publicIp: string;
  readonly serviceNetIp: string;
} {
  const [high, low] = [Math.floor(index / 250) % 250, (index % 250) + 1];
  return { publicIp: `198.51.${high}.${low}`, serviceNetIp: `10.208.${high}.${low}` };
}
