import type { ExecEnd } from '../../remote/exec.ts';
import type { RemoteEvent, ServerVerdict, Watched } from '../../remote/types.ts';
import { collate } from './order.ts';

/** The state of a wait for servers. Changed in place: there may be ten thousand of them. */
export interface RemoteProgress {
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly servers: Map<string, Watched>;
  /** by region */
  readonly troubles: Map<string, { readonly reason: string; readonly untilMs: number }>;
  found: boolean;
  execsFailed: number;
  execsDone: number;
}

/** The state at the start. Times on the clock, in ms. */
export function beginRemote(startedMs: number, deadlineMs: number): RemoteProgress {
  return {
    startedMs,
    deadlineMs,
    servers: new Map(),
    troubles: new Map(),
    found: false,
    execsFailed: 0,
    execsDone: 0,
  };
}

/** Records an event. */
export function noteEvent(progress: RemoteProgress, event: RemoteEvent): void {
  switch (event.kind) {
    case 'found':
      progress.found = true;
      // A region that need not be searched any longer is no longer asked, so it never recovers.
      progress.troubles.delete(event.region);
      return;
    case 'server':
      progress.servers.set(event.server.id, event.server);
      return;
    case 'trouble':
      progress.troubles.set(event.region, event);
      return;
    case 'recovered':
      progress.troubles.delete(event.region);
  }
}

/** Records the end of a command. */
export function noteExec(progress: RemoteProgress, { reason }: ExecEnd): void {
  progress.execsDone += 1;
  if (reason !== undefined) progress.execsFailed += 1;
}

/** How many servers have ended in which way, and how many have not. */
export type FleetCounts = Readonly<Record<ServerVerdict | 'waiting', number>>;

/** Counts the servers. */
export function countServers({ servers }: RemoteProgress): FleetCounts {
  const counts = { deployed: 0, failed: 0, gone: 0, unprocessable: 0, 'no-rackconnect': 0, waiting: 0 };
  for (const { verdict } of servers.values()) counts[verdict ?? 'waiting'] += 1;
  return counts;
}

/** The servers that have not ended, those first that have been deploying the longest. */
export function longestFirst({ servers }: RemoteProgress): readonly Watched[] {
  // In whole seconds, as the API tells the time: the names decide between servers that were created together.
  const second = ({ sinceMs }: Watched): number => Math.round(sinceMs / 1_000);
  return [...servers.values()]
    .filter(({ verdict }) => verdict === undefined)
    .sort((a, b) => second(a) - second(b) || collate(a.name, b.name));
}

/** The servers that ended otherwise than deployed, the newest first. */
export function newestFirst({ servers }: RemoteProgress): readonly Watched[] {
  return [...servers.values()]
    .filter(({ verdict }) => verdict !== undefined && verdict !== 'deployed')
    .sort((a, b) => (b.endedMs ?? 0) - (a.endedMs ?? 0) || collate(a.name, b.name));
}
