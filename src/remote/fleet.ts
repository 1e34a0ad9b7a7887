import type { Page, SeenServer } from '../openstack/servers.ts';
import type { Ask, FleetAnswer, Rules, Watched } from './types.ts';
import { advanceServer, beginServer, differs, vanished } from './verdict.ts';

/** The awaited servers of one region, and how far they have been asked for. Changed in place. */
export interface Fleet {
  readonly region: string;
  readonly rules: Rules;
  readonly isSelected: (server: SeenServer) => boolean;
  /** by how much the API's clock is ahead of the wait's, in ms; undefined: no answer had its time yet */
  aheadMs: number | undefined;
  readonly servers: Map<string, Watched>;
  readonly pending: Set<string>;
  /** ids that still have to be looked at one by one; undefined: by pages */
  toLook: string[] | undefined;
  /** one of these ids was not found: it may be a name */
  isOneAbsent: boolean;
  /** whether all its servers are found */
  looked: boolean;
  lookMarker: string | undefined;
  /** the next changes-since, and where its next page begins */
  readonly changes: {
    sinceMs: number;
    marker: string | undefined;
    firstDateMs: number;
    /** a page of changes ended with a deleted server: ask for changes again only after a whole sweep */
    lost: boolean;
  };
  readonly sweep: {
    marker: string | undefined;
    nextMs: number;
    unseen: Set<string> | undefined;
    firstDateMs: number;
  };
  /** pending servers that a whole sweep did not show: each is asked for by itself */
  readonly suspects: string[];
  /** a server changed, and changes-since cannot have shown it: trust only sweeps */
  sweepsOnly: boolean;
}

/** The progress of a poll, which is a series of requests without a pause. */
export interface Poll {
  asked: number;
  changesDone: boolean;
  /** the servers to be asked for one by one */
  readonly ones: string[];
}

/** Up to this many servers are asked for one by one; more are listed. */
const fewServers = 8;

/** Maximum requests of a poll that lists servers, whatever the size of the fleet. */
const requestsPerPoll = 2;

/**
 * How far changes-since reaches back, in ms: the clocks of the API's machines differ, and a change may be written
 * only after the list that should contain it was read.
 */
const overlapMs = 15_000;

/**
 * Interval between pages of a sweep, in ms. A sweep catches what changes-since does not show. Nova (seen with
 * 26) shows a metadata key that is set, because that moves `updated`, but not one that is deleted.
 */
const sweepEveryMs = 30_000;

/** @param ids only these are wanted; a few of them are looked at one by one */
export function createFleet(
  region: string,
  rules: Rules,
  isSelected: (server: SeenServer) => boolean,
  ids: readonly string[] | undefined,
): Fleet {
  return {
    region,
    rules,
    isSelected,
    aheadMs: undefined,
    servers: new Map(),
    pending: new Set(),
    toLook: ids !== undefined && ids.length <= fewServers ? [...ids] : undefined,
    isOneAbsent: false,
    looked: false,
    lookMarker: undefined,
    changes: { sinceMs: 0, marker: undefined, firstDateMs: 0, lost: false },
    sweep: { marker: undefined, nextMs: 0, unseen: undefined, firstDateMs: 0 },
    suspects: [],
    sweepsOnly: false,
  };
}

/** Whether its servers are few enough to be asked for one by one. */
function isFew({ servers, pending, toLook }: Fleet): boolean {
  return toLook !== undefined || servers.size <= fewServers || pending.size <= requestsPerPoll;
}

const areChangesAsked = ({ sweepsOnly, changes }: Fleet): boolean => !sweepsOnly && !changes.lost;

/** Whether the next question is for the rest of a list of changes. */
export function isAmidChanges(fleet: Fleet): boolean {
  return fleet.changes.marker !== undefined && areChangesAsked(fleet) && !isFew(fleet);
}

/** Starts a poll. */
export function beginPoll(fleet: Fleet): Poll {
  return { asked: 0, changesDone: false, ones: fleet.looked && isFew(fleet) ? [...fleet.pending] : [] };
}

/** The next question of a poll; undefined: the poll is over, or nothing is left to ask. */
export function nextAsk(fleet: Fleet, poll: Poll, nowMs: number): Ask | undefined {
  if (!fleet.looked) return nextLook(fleet);
  if (fleet.pending.size === 0) return undefined;
  const [one] = poll.ones;
  if (one !== undefined) return { kind: 'one', id: one };
  if (isFew(fleet) || poll.asked >= requestsPerPoll) return undefined;
  const { changes, sweep, suspects } = fleet;
  const hasChanges = areChangesAsked(fleet);
  if (hasChanges && !poll.changesDone)
    return { kind: 'page', of: 'changes', since: changes.sinceMs, marker: changes.marker };
  const [suspect] = suspects;
  if (suspect !== undefined) return { kind: 'one', id: suspect };
  if (hasChanges && nowMs < sweep.nextMs) return undefined;
  return { kind: 'page', of: 'sweep', since: undefined, marker: sweep.marker };
}

function nextLook({ toLook, lookMarker }: Fleet): Ask {
  const [id] = toLook ?? [];
  if (id !== undefined) return { kind: 'one', id };
  return { kind: 'page', of: 'look', since: undefined, marker: lookMarker };
}

/** Takes in an answer; returns the servers that it says something new about. */
export function absorb(
  fleet: Fleet,
  poll: Poll,
  ask: Ask,
  answer: FleetAnswer,
  nowMs: number,
): readonly Watched[] {
  poll.asked += 1;
  if (ask.kind === 'one') return absorbOne(fleet, poll, ask.id, answer, nowMs);
  if (answer.kind !== 'page') {
    restart(fleet, ask.of, nowMs);
    return [];
  }
  switch (ask.of) {
    case 'look':
      return absorbLook(fleet, answer.page, answer.dateMs, ask, nowMs);
    case 'changes':
      return absorbChanges(fleet, poll, answer.page, answer.dateMs, nowMs);
    case 'sweep':
      return absorbSweep(fleet, answer.page, answer.dateMs, nowMs);
  }
}

/** Starts a list again: the last server of a page was deleted before the next page was asked for. */
function restart(fleet: Fleet, of: 'look' | 'changes' | 'sweep', nowMs: number): void {
  if (of === 'look') fleet.lookMarker = undefined;
  if (of === 'changes') {
    fleet.changes.marker = undefined;
    // With the same changes-since, the list would end with the same deleted server, poll after poll.
    fleet.changes.lost = true;
  }
  // A sweep also shows what the lost pages would have shown.
  fleet.sweep.marker = undefined;
  fleet.sweep.nextMs = nowMs;
}

function absorbOne(
  fleet: Fleet,
  poll: Poll,
  id: string,
  answer: FleetAnswer,
  nowMs: number,
): readonly Watched[] {
  remove(poll.ones, id);
  remove(fleet.suspects, id);
  if (!fleet.looked) {
    remove(fleet.toLook ?? [], id);
    fleet.isOneAbsent ||= answer.kind !== 'one';
    if (fleet.toLook?.length === 0) endLookById(fleet);
    return answer.kind === 'one' ? join(fleet, answer.server, nowMs) : [];
  }
  if (answer.kind === 'one') return note(fleet, answer.server, nowMs);
  const watched = fleet.servers.get(id);
  return watched === undefined ? [] : replace(fleet, watched, vanished(watched, nowMs));
}

/** A server's name may look like an id: if an id was not found, list the servers after all. */
function endLookById(fleet: Fleet): void {
  if (fleet.isOneAbsent) fleet.toLook = undefined;
  else fleet.looked = true;
}

function absorbLook(fleet: Fleet, page: Page, dateMs: number, ask: Ask, nowMs: number): readonly Watched[] {
  if (ask.kind === 'page' && ask.marker === undefined)
    fleet.changes.sinceMs = Math.max(0, dateMs - overlapMs);
  fleet.lookMarker = page.next;
  // `looked` may have been set while this page was under way.
  fleet.looked ||= page.next === undefined;
  if (fleet.looked) fleet.sweep.nextMs = nowMs + sweepEveryMs;
  return page.servers.flatMap((server) => join(fleet, server, nowMs));
}

function absorbChanges(
  fleet: Fleet,
  poll: Poll,
  page: Page,
  dateMs: number,
  nowMs: number,
): readonly Watched[] {
  const { changes } = fleet;
  if (changes.marker === undefined) changes.firstDateMs = dateMs;
  changes.marker = page.next;
  if (page.next === undefined) {
    // Only now: until the last page, further pages belong to the old question.
    changes.sinceMs = Math.max(changes.sinceMs, changes.firstDateMs - overlapMs);
    poll.changesDone = true;
  }
  return page.servers.flatMap((server) => note(fleet, server, nowMs));
}

function absorbSweep(fleet: Fleet, page: Page, dateMs: number, nowMs: number): readonly Watched[] {
  const { sweep, changes } = fleet;
  if (sweep.marker === undefined) {
    sweep.unseen = new Set(fleet.pending);
    sweep.firstDateMs = dateMs;
  }
  const changed = page.servers.flatMap((server) => {
    sweep.unseen?.delete(server.id);
    if (isMissed(fleet, server)) fleet.sweepsOnly = true;
    return note(fleet, server, nowMs);
  });
  sweep.marker = page.next;
  sweep.nextMs = nowMs + sweepEveryMs;
  if (page.next === undefined) {
    const missing = [...(sweep.unseen ?? [])].filter((id) => fleet.pending.has(id));
    for (const id of missing) if (!fleet.suspects.includes(id)) fleet.suspects.push(id);
    sweep.unseen = undefined;
    if (changes.lost) {
      changes.sinceMs = Math.max(changes.sinceMs, sweep.firstDateMs - overlapMs);
      changes.lost = false;
    }
  }
  return changed;
}

/** Whether a server has news that the list of changes missed. A deleted key does not count: Nova never shows that. */
function isMissed({ servers, changes }: Fleet, { id, updatedMs, automation, managed }: SeenServer): boolean {
  const known = servers.get(id);
  if (known === undefined || known.verdict !== undefined || updatedMs === undefined) return false;
  const isSet =
    (automation !== undefined && automation !== known.automation) ||
    (managed !== undefined && managed !== known.managed);
  return isSet && updatedMs < changes.sinceMs;
}

/** Moves a question without an answer to the end, so that it does not block the others. */
export function moveToEnd({ pending, suspects, toLook }: Fleet, ask: Ask): void {
  if (ask.kind !== 'one') return;
  for (const list of [suspects, toLook ?? []])
    if (list.includes(ask.id)) list.push(...list.splice(list.indexOf(ask.id), 1));
  if (pending.delete(ask.id)) pending.add(ask.id);
}

/** Records what was seen of a known server. */
function note(fleet: Fleet, seen: SeenServer, nowMs: number): readonly Watched[] {
  const known = fleet.servers.get(seen.id);
  return known === undefined ? [] : replace(fleet, known, advanceServer(known, seen, nowMs, fleet.rules));
}

/** The same at the first look, where servers join. Later ones do not join, or a wait might never end. */
function join(fleet: Fleet, seen: SeenServer, nowMs: number): readonly Watched[] {
  if (fleet.servers.has(seen.id)) return note(fleet, seen, nowMs);
  if (seen.status === 'DELETED' || !fleet.isSelected(seen)) return [];
  const watched = beginServer(seen, fleet.region, nowMs, fleet.rules, fleet.aheadMs);
  fleet.servers.set(seen.id, watched);
  if (watched.verdict === undefined) fleet.pending.add(seen.id);
  return [watched];
}

function replace({ servers, pending }: Fleet, old: Watched, next: Watched): readonly Watched[] {
  servers.set(old.id, next);
  if (next.verdict !== undefined) pending.delete(old.id);
  return differs(old, next) ? [next] : [];
}

function remove(list: string[], item: string): void {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
}
