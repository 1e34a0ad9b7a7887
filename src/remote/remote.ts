import type { Clock } from '../base/clock.ts';
import { startDeadline } from '../base/deadline.ts';
import type { RcWaitError } from '../base/error.ts';
import type { ServersApi } from '../openstack/compute.ts';
import { createFleet } from './fleet.ts';
import { checkFound, matcherOf, onlyIds, type Selection } from './select.ts';
import type { RemoteEvent, RemoteTally, Rules, Watched } from './types.ts';
import { createWatch, follow, look, type Watch } from './watch.ts';

export interface FleetWait {
  readonly regions: readonly { readonly code: string; readonly api: ServersApi }[];
  readonly selection: Selection;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly random: () => number;
  readonly intervalMs: number;
  /** on the clock; Infinity: none */
  readonly deadlineMs: number;
  /** ends the wait at once when aborted */
  readonly signal: AbortSignal;
  readonly tally: RemoteTally;
  readonly onEvent: (event: RemoteEvent) => void;
}

/** How a region ended. */
export interface RegionEnd {
  readonly code: string;
  readonly servers: readonly Watched[];
  /** whether its servers were found, or need not be because all requested servers are elsewhere */
  readonly looked: boolean;
  /** whether its API ever gave a usable answer */
  readonly answered: boolean;
  readonly trouble: string | undefined;
  readonly refused: RcWaitError | undefined;
}

/** How the whole wait ended. */
export interface RemoteEnd {
  readonly kind: 'done' | 'deadline' | 'interrupted';
  readonly regions: readonly RegionEnd[];
}

/**
 * Waits for servers in one or more regions, each with its own loop: finds them, then follows them. Reports
 * events of servers once all requested servers are certain to exist. Ends when each server has its verdict,
 * at the deadline, or on interruption; every end contains the state of all servers.
 *
 * @throws RcWaitError CONFIGURATION when a requested server does not exist; API_REFUSED when the credentials
 *   were refused before anything was found
 */
export async function waitForServers(options: FleetWait): Promise<RemoteEnd> {
  const { regions, selection, rules, clock, signal } = options;
  const deadline = startDeadline(clock, options.deadlineMs, { signal });
  const over = new AbortController();
  const either = AbortSignal.any([deadline.signal, over.signal]);
  const isSelected = matcherOf(selection);
  const ids = onlyIds(selection);
  const hold = holding(options.onEvent);
  const { onEvent } = hold;
  const found = new AbortController();
  const watches = regions.map(({ code, api }) =>
    createWatch(createFleet(code, rules, isSelected, ids), { ...options, api, onEvent, signal: either }),
  );
  const isFound = (): boolean =>
    watches.every(({ fleet }) => fleet.looked) ||
    ids?.every((id) => watches.some(({ fleet }) => fleet.servers.has(id))) === true;

  /** Once all requested servers are found, the other regions can stop looking. */
  function begin(): void {
    if (found.signal.aborted || !isFound()) return;
    checkFound(
      selection,
      watches.flatMap(serversOf),
      regions.map(({ code }) => code),
    );
    for (const { fleet } of watches) fleet.looked = true;
    found.abort();
    hold.release();
  }

  async function wait(watch: Watch): Promise<void> {
    await look(watch, found.signal);
    if (watch.refused === undefined) {
      begin();
      // Does not wait for the other regions: at the deadline a server's state must be no older than a poll.
      await follow(watch);
    }
    if (watch.refused !== undefined && !found.signal.aborted) throw watch.refused;
  }

  try {
    await settle(watches.map(wait), over);
    return { kind: 'done', regions: watches.map(endOf) };
  } catch (error) {
    if (signal.aborted) return { kind: 'interrupted', regions: watches.map(endOf) };
    if (deadline.hasPassed() && error === deadline.signal.reason)
      return { kind: 'deadline', regions: watches.map(endOf) };
    throw error;
  } finally {
    deadline.end();
    over.abort();
  }
}

/**
 * Holds back events of servers until all requested servers are certain to exist: no command must start for a
 * server if the wait ends with an error.
 */
function holding(onEvent: FleetWait['onEvent']): {
  readonly onEvent: FleetWait['onEvent'];
  readonly release: () => void;
} {
  let held: RemoteEvent[] | undefined = [];
  return {
    onEvent(event) {
      if (held === undefined || event.kind === 'trouble' || event.kind === 'recovered') onEvent(event);
      else held.push(event);
    },
    release() {
      const events = held ?? [];
      held = undefined;
      for (const event of events.filter(({ kind }) => kind === 'found')) onEvent(event);
      for (const event of events.filter(({ kind }) => kind !== 'found')) onEvent(event);
    },
  };
}

/** Waits for all; if one fails, it ends the others before it throws. */
async function settle(works: readonly Promise<void>[], over: AbortController): Promise<void> {
  const stopping = works.map((work) =>
    work.catch((error: unknown) => {
      if (!over.signal.aborted) over.abort(error);
      throw error;
    }),
  );
  const ends = await Promise.allSettled(stopping);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

const serversOf = ({ fleet }: Watch): readonly Watched[] => [...fleet.servers.values()];

function endOf(watch: Watch): RegionEnd {
  const { fleet, answered, trouble, refused } = watch;
  return { code: fleet.region, servers: serversOf(watch), looked: fleet.looked, answered, trouble, refused };
}
