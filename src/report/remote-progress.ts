import { formatDuration } from '../base/duration.ts';
import type { ExecEnd } from '../remote/exec.ts';
import type { RemoteEvent, Watched } from '../remote/types.ts';
import { againIn, clean, count, cut, elapsed } from './words.ts';

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

const mostWaiting = 5;
const mostEnded = 6;

/** The live table of a terminal: lines of at most `columns` characters. */
export function remoteTable(progress: RemoteProgress, nowMs: number, columns: number): string[] {
  const { servers, troubles, startedMs, deadlineMs, found } = progress;
  const all = [...servers.values()];
  const waiting = all.filter(({ verdict }) => verdict === undefined);
  const ended = all.filter(({ verdict }) => verdict !== undefined && verdict !== 'deployed');
  const limit =
    deadlineMs === Number.POSITIVE_INFINITY ? 'no deadline' : `of ${formatDuration(deadlineMs - startedMs)}`;
  const waited = `waited ${elapsed(nowMs - startedMs)} ${limit}`;
  const deployed = all.length - waiting.length - ended.length;
  const head = found
    ? `${deployed} of ${count(all.length, 'server')} deployed   ${waiting.length} waiting   ${ended.length} failed or gone   ${waited}`
    : `looking for servers (${all.length} so far)   ${waited}`;
  const lines = [
    head,
    ...execLine(progress),
    ...section('slowest', slowest(waiting), waiting.length, mostWaiting),
    ...section('not deployed', newest(ended), ended.length, mostEnded),
    ...[...troubles].map(
      ([region, { reason, untilMs }]) =>
        `  ${region}: ${clean(reason)}; ${againIn(untilMs, nowMs, deadlineMs)}`,
    ),
  ];
  return lines.map((line) => cut(line, columns));
}

function execLine({ execsDone, execsFailed }: RemoteProgress): string[] {
  return execsDone === 0 ? [] : [`  ${count(execsDone, 'command')} ended, ${execsFailed} of them not well`];
}

/** The least advanced first; ties are ordered by name, so that the table does not jump. */
function slowest(waiting: readonly Watched[]): readonly Watched[] {
  const stage = ({ automation, serverStatus }: Watched): number =>
    automation === undefined ? (serverStatus === 'ACTIVE' ? 1 : 0) : automation === 'DEPLOYING' ? 2 : 3;
  const byName = (a: Watched, b: Watched): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return [...waiting].sort((a, b) => stage(a) - stage(b) || byName(a, b)).slice(0, mostWaiting);
}

function newest(ended: readonly Watched[]): readonly Watched[] {
  return [...ended].sort((a, b) => (b.endedMs ?? 0) - (a.endedMs ?? 0)).slice(0, mostEnded);
}

function section(title: string, shown: readonly Watched[], total: number, most: number): string[] {
  if (shown.length === 0) return [];
  const width = Math.min(30, Math.max(...shown.map(({ name }) => clean(name).length)));
  const rows = shown.map(({ name, region, verdict, automation, serverStatus, why }) => {
    const word = verdict ?? automation ?? serverStatus;
    return `    ${clean(name).padEnd(width)} ${region}  ${clean(word).padEnd(14)} ${clean(why ?? '')}`.trimEnd();
  });
  return [`  ${title}:`, ...rows, ...(total > most ? [`    … and ${total - most} more`] : [])];
}

/** One event as a line of NDJSON, `docs/schema/remote-event-v1.json`. `wallMs`: ms since 1970. */
export function eventLine(
  event: RemoteEvent | ({ readonly kind: 'exec' } & ExecEnd),
  wallMs: number,
): string {
  const head = { schema: 'rc-wait/remote-event/v1', time: new Date(wallMs).toISOString(), event: event.kind };
  return `${JSON.stringify({ ...head, ...fieldsOf(event) })}\n`;
}

function fieldsOf(event: RemoteEvent | ({ readonly kind: 'exec' } & ExecEnd)): object {
  switch (event.kind) {
    case 'found':
      return { region: event.region, servers: event.servers };
    case 'server': {
      const { id, name, region, serverStatus, automation, managed, verdict, why, ip } = event.server;
      return {
        id,
        name,
        region,
        server_status: serverStatus,
        automation_status: automation ?? null,
        managed_status: managed ?? null,
        ip: ip ?? null,
        outcome: verdict ?? null,
        reason: why ?? null,
      };
    }
    case 'trouble':
      return {
        region: event.region,
        reason: event.reason,
        again_in_ms: Math.round(Math.max(0, event.untilMs - event.nowMs)),
      };
    case 'recovered':
      return { region: event.region };
    case 'exec': {
      const { server, exit, reason, tookMs } = event;
      return {
        id: server.id,
        name: server.name,
        region: server.region,
        exit: exit ?? null,
        reason: reason ?? null,
        took_ms: Math.round(tookMs),
      };
    }
  }
}
