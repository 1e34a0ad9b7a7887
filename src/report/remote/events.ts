import type { ExecEnd } from '../../remote/exec.ts';
import type { RemoteEvent, Watched } from '../../remote/types.ts';
import { againIn, clean, count, elapsed } from '../words.ts';
import { deployingMs, wasOver } from './order.ts';
import type { RemoteProgress } from './progress.ts';

/** What happens on the way, commands included. */
export type FleetEvent = RemoteEvent | ({ readonly kind: 'exec' } & ExecEnd);

/**
 * One event in words; undefined for what needs none: a step on the way to an end, and what is said already.
 * @param progress as it was before the event
 */
export function eventWords(event: FleetEvent, progress: RemoteProgress): string | undefined {
  switch (event.kind) {
    case 'found':
      return `${event.region}: ${event.servers === 0 ? 'no server' : count(event.servers, 'server')} found`;
    case 'server':
      return endWords(event.server);
    case 'trouble': {
      const { region, reason, untilMs, nowMs } = event;
      // Once for each reason: it comes again with each question.
      if (progress.troubles.get(region)?.reason === reason) return undefined;
      return `${region}: ${clean(reason)}; ${againIn(untilMs, nowMs, progress.deadlineMs)}`;
    }
    case 'recovered':
      return `${event.region}: it answers again`;
    case 'exec': {
      const { server, reason, tookMs } = event;
      return `${placeOf(server)}: its command ${reason === undefined ? `succeeded after ${elapsed(tookMs)}` : `failed: ${clean(reason)}`}`;
    }
  }
}

const placeOf = ({ name, region }: Watched): string => `${clean(name)} (${region})`;

function endWords(server: Watched): string | undefined {
  const { verdict, why, ip, endedMs } = server;
  if (verdict === undefined || endedMs === undefined) return undefined;
  const isOld = wasOver(server);
  // Of ten thousand servers most may be ready from the beginning: the next line of progress counts them.
  if (verdict === 'deployed' && isOld) return undefined;
  const after = isOld ? ' already' : ` after ${elapsed(deployingMs(server, endedMs))}`;
  if (verdict === 'deployed')
    return `${placeOf(server)}: DEPLOYED${after}${ip === undefined ? '' : `, ${clean(ip)}`}`;
  const word = verdict === 'no-rackconnect' ? 'without RackConnect' : verdict;
  return `${placeOf(server)}: ${word}${after}${why === undefined ? '' : `: ${clean(why)}`}`;
}

/** One event as a line of NDJSON, `docs/schema/remote-event-v1.json`. `wallMs`: ms since 1970. */
export function eventLine(event: FleetEvent, wallMs: number): string {
  const head = { schema: 'rc-wait/remote-event/v1', time: new Date(wallMs).toISOString(), event: event.kind };
  return `${JSON.stringify({ ...head, ...fieldsOf(event) })}\n`;
}

function fieldsOf(event: FleetEvent): object {
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
