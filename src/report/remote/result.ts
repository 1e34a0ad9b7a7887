import type { Addresses } from '../../openstack/servers.ts';
import type { ExecEnd } from '../../remote/exec.ts';
import type { RegionEnd, RemoteEnd } from '../../remote/remote.ts';
import type { RemoteTally, Watched } from '../../remote/types.ts';
import { exitOfOutcome, exitOfSignal, type InterruptSignal } from '../exit.ts';
import { describe } from '../result.ts';
import { count, elapsed } from '../words.ts';
import { collate, deployingMs, wasOver } from './order.ts';

/**
 * How the wait for one server ended, the worst first: the worst server decides the outcome of the whole wait.
 * Definite failures come before unknown states, and unknown states before servers that only take longer.
 */
export const outcomes = [
  'failed',
  'gone',
  'exec-failed',
  'unprocessable',
  'no-rackconnect',
  'refused',
  'unavailable',
  'interrupted',
  'timeout',
  'deployed',
] as const;

/** How the wait for one server, or for all of them, ended. */
export type RemoteOutcome = (typeof outcomes)[number];

/** The exit status of each, by the table of `rc-wait wait` (exit.ts). */
const sameExitAs: Readonly<
  Record<Exclude<RemoteOutcome, 'interrupted'>, Parameters<typeof exitOfOutcome>[0]>
> = {
  failed: 'failed',
  gone: 'failed',
  'exec-failed': 'failed',
  unprocessable: 'unprocessable',
  'no-rackconnect': 'unprocessable',
  refused: 'refused',
  unavailable: 'unavailable',
  timeout: 'timeout',
  deployed: 'deployed',
};

/** One server in the result. */
export interface ServerDocument {
  /** null: the server was named, but never found because the API gave no usable answer */
  readonly id: string | null;
  readonly name: string;
  readonly region: string | null;
  readonly outcome: RemoteOutcome;
  readonly automation_status: string | null;
  readonly server_status: string | null;
  readonly managed_status: string | null;
  readonly ip: string | null;
  readonly servicenet_ip: string | null;
  readonly addresses: Addresses;
  /** null: the outcome says it all */
  readonly reason: string | null;
  /** null: it did not end */
  readonly ended_after_ms: number | null;
  /** from its creation to its end, or to the end of the wait; null: it had ended before it was looked at */
  readonly deploying_ms: number | null;
  readonly exec?: { readonly exit: number | null; readonly reason: string | null; readonly took_ms: number };
}

/** The result document, `docs/schema/remote-v1.json`. An interface: fields are only ever added. */
export interface RemoteDocument {
  readonly schema: 'rc-wait/remote/v1';
  readonly outcome: RemoteOutcome;
  readonly counts: Readonly<Record<RemoteOutcome, number>>;
  readonly servers: readonly ServerDocument[];
  readonly requests: Readonly<RemoteTally>;
  readonly waited_ms: number;
  /** RFC 3339, by the wall clock of the machine that waits */
  readonly started_at: string;
  readonly ended_at: string;
  /** one sentence for a person */
  readonly message: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** What the result needs besides the end. */
export interface RemoteCircumstances {
  readonly named: readonly string[];
  readonly startedMs: number;
  /** the same moment, ms since 1970 */
  readonly startedWallMs: number;
  readonly nowMs: number;
  readonly requests: Readonly<RemoteTally>;
  readonly execs: ReadonlyMap<string, ExecEnd>;
  /** the signal that ended the wait; undefined: none */
  readonly interruptedBy: InterruptSignal | undefined;
}

/** The result of a wait for servers: document and exit status. Pure. */
export function remoteResult(
  end: RemoteEnd,
  circumstances: RemoteCircumstances,
): { readonly document: RemoteDocument; readonly exit: number } {
  const { requests, startedMs, startedWallMs, nowMs, interruptedBy } = circumstances;
  const found = end.regions
    .flatMap((region) => region.servers.map((server) => serverDocument(server, region, end, circumstances)))
    .sort((a, b) => collate(a.name, b.name) || collate(a.id ?? '', b.id ?? ''));
  const servers = [...found, ...neverFound(end, circumstances)];
  const counts = countsOf(servers);
  const unseen = end.regions.filter(({ looked }) => !looked);
  const lacks = new Set(unseen.map(lackOf));
  // No outcome and no lack: the wait was interrupted before its first answer.
  const worst = outcomes.find((outcome) => counts[outcome] > 0 || lacks.has(outcome)) ?? 'interrupted';
  // As with every program, the exit status tells the person who interrupts it that it was interrupted.
  const outcome = end.kind === 'interrupted' ? 'interrupted' : worst;
  const error = end.regions.find((region) => region.refused !== undefined)?.refused;
  const document: RemoteDocument = {
    schema: 'rc-wait/remote/v1',
    outcome,
    counts,
    servers,
    requests: { ...requests },
    waited_ms: Math.round(nowMs - startedMs),
    started_at: new Date(startedWallMs).toISOString(),
    ended_at: new Date(startedWallMs + nowMs - startedMs).toISOString(),
    message: messageOf(end, servers.length, counts, nowMs - startedMs, interruptedBy),
    ...(error === undefined ? {} : { error: describe(error) }),
  };
  const exit =
    outcome === 'interrupted' ? exitOfSignal(interruptedBy ?? 'SIGINT') : exitOfOutcome(sameExitAs[outcome]);
  return { document, exit };
}

/**
 * The outcome of a region whose servers were never found, through no mistake of the caller (a mistake is an
 * error). Without it, the servers of the other regions would make the whole wait a success.
 */
function lackOf({ answered }: RegionEnd): RemoteOutcome {
  return answered ? 'timeout' : 'unavailable';
}

function serverDocument(
  server: Watched,
  region: RegionEnd,
  end: RemoteEnd,
  { startedMs, nowMs, execs }: RemoteCircumstances,
): ServerDocument {
  const exec = execs.get(server.id);
  const { outcome, reason } = judge(server, region, end, exec);
  return {
    id: server.id,
    name: server.name,
    region: server.region,
    outcome,
    automation_status: server.automation ?? null,
    server_status: server.serverStatus,
    managed_status: server.managed ?? null,
    ip: server.ip ?? null,
    servicenet_ip: server.serviceNetIp ?? null,
    addresses: server.addresses,
    reason: reason ?? null,
    ended_after_ms: server.endedMs === undefined ? null : Math.round(server.endedMs - startedMs),
    deploying_ms: wasOver(server) ? null : Math.round(deployingMs(server, nowMs)),
    ...(exec === undefined
      ? {}
      : { exec: { exit: exec.exit ?? null, reason: exec.reason ?? null, took_ms: Math.round(exec.tookMs) } }),
  };
}

function judge(
  { verdict, why }: Watched,
  { refused, answered, trouble }: RegionEnd,
  { kind }: RemoteEnd,
  exec: ExecEnd | undefined,
): { readonly outcome: RemoteOutcome; readonly reason: string | undefined } {
  if (verdict === 'deployed' && exec?.reason !== undefined)
    return { outcome: 'exec-failed', reason: `DEPLOYED, but the command of --exec: ${exec.reason}` };
  if (verdict !== undefined) return { outcome: verdict, reason: why };
  if (refused !== undefined) return { outcome: 'refused', reason: refused.message };
  if (kind === 'interrupted') return { outcome: 'interrupted', reason: why };
  return answered ? { outcome: 'timeout', reason: why } : { outcome: 'unavailable', reason: trouble };
}

/** The named servers that a region without a list may contain. */
function neverFound({ kind, regions }: RemoteEnd, { named }: RemoteCircumstances): readonly ServerDocument[] {
  const unseen = regions.filter(({ looked }) => !looked);
  const blind = unseen.find(({ answered }) => !answered) ?? unseen[0];
  if (blind === undefined) return [];
  const known = new Set(regions.flatMap(({ servers }) => servers.flatMap(({ id, name }) => [id, name])));
  return named
    .filter((one) => !known.has(one))
    .map((name) => ({
      id: null,
      name,
      region: null,
      outcome: kind === 'interrupted' ? 'interrupted' : lackOf(blind),
      automation_status: null,
      server_status: null,
      managed_status: null,
      ip: null,
      servicenet_ip: null,
      addresses: {},
      reason: blind.trouble ?? 'its API gave no usable answer',
      ended_after_ms: null,
      deploying_ms: null,
    }));
}

function countsOf(servers: readonly ServerDocument[]): Record<RemoteOutcome, number> {
  const counts = Object.fromEntries(outcomes.map((one) => [one, 0])) as Record<RemoteOutcome, number>;
  for (const { outcome } of servers) counts[outcome] += 1;
  return counts;
}

function messageOf(
  { kind, regions }: RemoteEnd,
  servers: number,
  counts: Readonly<Record<RemoteOutcome, number>>,
  waitedMs: number,
  interruptedBy: string | undefined,
): string {
  const after = `after ${elapsed(waitedMs)}`;
  const how =
    kind === 'interrupted'
      ? `interrupted by ${interruptedBy ?? 'a signal'} ${after}: `
      : kind === 'deadline'
        ? `the deadline passed ${after}: `
        : '';
  const unseen = regions
    .filter(({ looked }) => !looked)
    .map(({ code, trouble }) => `; the servers in ${code} are not known: ${trouble ?? 'no whole list came'}`)
    .join('');
  if (servers === 0) return `${how}no server was found${unseen}`;
  const others = outcomes
    .filter((one) => one !== 'deployed' && counts[one] > 0)
    .map((one) => `${counts[one]} ${outcomeWords[one]}`);
  const tail = others.length === 0 ? '' : `; ${others.join(', ')}`;
  return `${how}${counts.deployed + counts['exec-failed']} of ${count(servers, 'server')} deployed${how === '' ? ` ${after}` : ''}${tail}${unseen}`;
}

/** After a number: `3 failed`. */
const outcomeWords: Readonly<Record<RemoteOutcome, string>> = {
  failed: 'failed',
  gone: 'gone',
  'exec-failed': 'with a command of --exec that failed',
  unprocessable: 'unprocessable',
  'no-rackconnect': 'without RackConnect',
  refused: 'not known, because the API refused the account',
  unavailable: 'not known, since the API gave no usable answer',
  interrupted: 'not ended',
  timeout: 'not ended',
  deployed: 'deployed',
};
