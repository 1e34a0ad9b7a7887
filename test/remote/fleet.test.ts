import { describe, expect, it } from 'vitest';
import type { SeenServer } from '../../src/openstack/servers.ts';
import { absorb, beginPoll, createFleet, type Fleet } from '../../src/remote/fleet.ts';
import type { FleetAnswer } from '../../src/remote/types.ts';

const startMs = Date.UTC(2026, 0, 1);
const rules = { managed: false, noRackconnectAfterMs: 600_000 };

/** A server that was last updated so many seconds after the start. */
function server(number: number, updatedS: number, automation?: string): SeenServer {
  return {
    id: `id-${number}`,
    name: `web-${number}`,
    status: 'ACTIVE',
    automation,
    unprocessableReason: undefined,
    managed: undefined,
    createdMs: undefined,
    updatedMs: startMs + updatedS * 1_000,
    ip: undefined,
    serviceNetIp: undefined,
    addresses: {},
    metadata: {},
  };
}

const servers = (updatedS: number, automation?: string): SeenServer[] =>
  Array.from({ length: 20 }, (_, number) => server(number, updatedS, automation));

const page = (list: readonly SeenServer[], dateMs: number): FleetAnswer => ({
  kind: 'page',
  page: { servers: list, linked: false, next: undefined },
  dateMs,
});

/** A fleet that was looked at, and how it asks and hears. */
function lookedAt(answer: FleetAnswer) {
  const fleet: Fleet = createFleet('ORD', rules, () => true, undefined);
  let nowMs = 0;
  const hear = (of: 'look' | 'changes' | 'sweep', one: FleetAnswer): void => {
    absorb(fleet, beginPoll(fleet), { kind: 'page', of, since: undefined, marker: undefined }, one, nowMs);
    nowMs += 5_000;
  };
  hear('look', answer);
  return { fleet, hear };
}

describe('a page of all servers that shows what the list of changes did not', () => {
  it('is believed alone from then on where a key was set', () => {
    const { fleet, hear } = lookedAt(page(servers(0, 'DEPLOYING'), startMs + 60_000));
    hear('sweep', page([server(1, 0, 'DEPLOYED')], startMs + 70_000));
    expect(fleet.sweepsOnly).toBe(true);
  });

  it('says nothing of the list where a key was deleted: Nova does not call that a change', () => {
    const { fleet, hear } = lookedAt(page(servers(0, 'DEPLOYING'), startMs + 60_000));
    hear('sweep', page([server(1, 0)], startMs + 70_000));
    expect(fleet.sweepsOnly).toBe(false);
    expect(fleet.servers.get('id-1')?.automation).toBeUndefined();
  });

  it('says nothing of the list where the server was never updated: it says now each time', () => {
    const { fleet, hear } = lookedAt(page(servers(0), startMs + 60_000));
    hear('sweep', page([server(1, 70, 'DEPLOYING')], startMs + 70_000));
    expect(fleet.sweepsOnly).toBe(false);
  });
});
