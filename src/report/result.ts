import { RcWaitError } from '../base/error.ts';
import type { TaskTimes } from '../history/tasks.ts';
import type { NetworkResult } from '../network/types.ts';
import type { Tally } from '../pace/types.ts';
import { stageOf } from '../rackconnect/task-stage.ts';
import type { Task } from '../rackconnect/types.ts';
import type { JobEnd, JobKnown } from '../wait/job.ts';
import {
  exitOfError,
  exitOfOutcome,
  exitOfSignal,
  type InterruptSignal,
  type Outcome,
  seeSection,
} from './exit.ts';
import { clean, elapsed, requestsMade } from './words.ts';

/** The announcements of DEPLOYED that are left to the next run. */
export interface Due {
  /** to the stack of --signal */
  signal: boolean;
  /** the names of the hooks that were not started */
  hooks: string[];
}

/** The result document, `docs/schema/result-v1.json`. An interface: fields are only ever added. */
export interface ResultDocument {
  readonly schema: 'rc-wait/result/v1';
  readonly outcome: Outcome;
  /** the last status that the API gave; null: none was ever read */
  readonly automation_status: string | null;
  /** the source of the status, if it was not the API */
  readonly source?: 'xenstore';
  /** how the second automation, by Managed Operations, ended, if it was waited for */
  readonly managed_automation?: string;
  readonly tasks: readonly {
    readonly name: string;
    readonly status: string;
    /** since the start of the wait, on the monotonic clock; null: not known */
    readonly first_seen_ms: number | null;
    readonly ended_ms: number | null;
  }[];
  /** `enabled` null: its value was not understood */
  readonly features: readonly { readonly name: string; readonly enabled: boolean | null }[];
  readonly gateway_ip: string | null;
  /** null: the job did not get that far */
  readonly network: NetworkResult | null;
  readonly requests: Readonly<Tally>;
  readonly waited_ms: number;
  /** on the wall clock, RFC 3339: for people, because that clock may have been set meanwhile */
  readonly started_at: string;
  readonly ended_at: string;
  /** one sentence for a person */
  readonly message: string;
  /** when DEPLOYED was seen on this instance, if not now, RFC 3339 */
  readonly remembered_since?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** A result with its exit status. */
export interface Result {
  readonly document: ResultDocument;
  readonly exit: number;
}

/** How the job ended, the signal that interrupted it, or what is remembered instead. */
export type End =
  | JobEnd<NetworkResult>
  /** DEPLOYED was seen on this instance before, at `since` (RFC 3339), and nothing was asked now */
  | (JobKnown & {
      readonly kind: 'remembered';
      readonly since: string;
      readonly network: NetworkResult;
      /** the announcements that an earlier run could not make; undefined: none */
      readonly owed?: Due | undefined;
    })
  | (JobKnown & { readonly kind: 'interrupted'; readonly signal: InterruptSignal });

/** What the result needs besides the end of the job. */
export interface Circumstances {
  readonly requests: Readonly<Tally>;
  readonly waitedMs: number;
  /** the last status and tasks that were seen, for ends without a deployment */
  readonly seen: {
    readonly status: string | undefined;
    readonly tasks: readonly Task[];
    /** the automation was seen at work before it ended */
    readonly wasAtWork: boolean;
  };
  /** on the wall clock, RFC 3339 */
  readonly startedAt: string;
  readonly endedAt: string;
  /** the times of tasks, in their order */
  readonly timesOf: (tasks: readonly Task[]) => readonly (TaskTimes | undefined)[];
}

/** The result of a wait: document and exit status. Pure. */
export function resultOf(end: End, circumstances: Circumstances): Result {
  const { requests, waitedMs, seen, startedAt, endedAt, timesOf } = circumstances;
  const { outcome, exit, message, network, error } = judge(end, waitedMs, seen.wasAtWork);
  const tasks = end.deployment?.tasks ?? seen.tasks;
  const times = timesOf(tasks);
  const document: ResultDocument = {
    schema: 'rc-wait/result/v1',
    outcome,
    automation_status: end.deployment?.status ?? seen.status ?? null,
    ...(end.deployment?.source === undefined ? {} : { source: end.deployment.source }),
    ...(end.managed === undefined ? {} : { managed_automation: end.managed.status }),
    tasks: tasks.map(({ name, status }, index) => ({
      name,
      status,
      first_seen_ms: times[index]?.firstSeenMs ?? null,
      ended_ms: times[index]?.endedMs ?? null,
    })),
    features: (end.features?.features ?? []).map(({ name, enabled }) => ({ name, enabled: enabled ?? null })),
    gateway_ip: end.gateway ?? null,
    network,
    requests: { ...requests },
    waited_ms: Math.round(waitedMs),
    started_at: startedAt,
    ended_at: endedAt,
    message,
    ...(end.kind === 'remembered' ? { remembered_since: end.since } : {}),
    ...(error === undefined ? {} : { error: describe(error) }),
  };
  return { document, exit };
}

interface Judgement {
  readonly outcome: Outcome;
  readonly exit: number;
  readonly message: string;
  readonly network: NetworkResult | null;
  readonly error?: RcWaitError;
}

function judge(end: End, waitedMs: number, wasAtWork: boolean): Judgement {
  const after = `after ${elapsed(waitedMs)}`;
  // How long ago it ended nobody has seen: it may be an hour.
  const then = wasAtWork ? after : 'already at the first look';
  switch (end.kind) {
    case 'deployed':
      if (end.network.action === 'rolled-back') return rolledBack(end.network, then);
      return plain(
        'deployed',
        `DEPLOYED${sourceOf(end)} ${then}: ${networkWords(end.network, end.gateway)}`,
        end.network,
      );
    case 'remembered': {
      const since = `since ${end.since}`;
      if (end.network.action === 'rolled-back') return rolledBack(end.network, since);
      const words = networkWords(end.network, end.gateway);
      return plain('deployed', `DEPLOYED ${since}, as is remembered of this instance: ${words}`, end.network);
    }
    case 'failed':
      if (end.managed?.ok === false) {
        const word = clean(end.managed.status);
        return plain(
          'failed',
          `DEPLOYED${sourceOf(end)} ${then}, but the automation of Managed Operations did not succeed ("${word}")`,
        );
      }
      return plain(
        'failed',
        `FAILED${sourceOf(end)} ${then}: RackConnect's automation did not succeed${openTasks(end)}`,
      );
    case 'unprocessable':
      return plain(
        'unprocessable',
        `UNPROCESSABLE${sourceOf(end)} ${then}: RackConnect will not automate this server${unprocessable(end)}`,
      );
    case 'interrupted':
      return {
        outcome: 'interrupted',
        exit: exitOfSignal(end.signal),
        message: `interrupted by ${end.signal} ${after}; nothing was left half done`,
        network: null,
      };
    case 'network-failed': {
      const { error } = end;
      const exit = exitOfError(error);
      return {
        outcome: 'network-failed',
        exit,
        message: `DEPLOYED ${then}, but ${error.message}`,
        network: null,
        error,
      };
    }
    case 'deadline': {
      const phase = end.deployment === undefined ? '' : 'DEPLOYED, but ';
      // Managed Operations' progress does not come from the API.
      if (end.answered || end.phase === 'managed')
        return plain('timeout', `${phase}the deadline passed ${after}: ${clean(end.why)}`);
      if (end.refused)
        return plain(
          'refused',
          `${phase}the API refused this server all along (403), for ${elapsed(waitedMs)}: ${whyRefused}`,
        );
      return plain(
        'unavailable',
        `${phase}the API gave no usable answer within ${elapsed(waitedMs)}: ${clean(end.why)}`,
      );
    }
  }
}

/** Why an API may refuse a server for ever, and what tells the reasons apart. */
const whyRefused =
  'either more than 30 requests a minute come from this server, those of other programs counted, ' +
  'or they do not leave by its ServiceNet address; rc-wait doctor tells which';

/** DEPLOYED, but the gateway could not be set: not a success, although nothing is broken. */
function rolledBack(
  network: Extract<NetworkResult, { readonly action: 'rolled-back' }>,
  when: string,
): Judgement {
  const message = `cannot bring the gateway into use on ${network.interface}: ${network.reason}; the old state is restored`;
  const error = new RcWaitError('NETWORK_RELOAD', message);
  return {
    outcome: 'network-failed',
    exit: exitOfError(error),
    message: `DEPLOYED ${when}, but ${message}`,
    network,
    error,
  };
}

function plain(
  outcome: Parameters<typeof exitOfOutcome>[0],
  message: string,
  network: NetworkResult | null = null,
): Judgement {
  return { outcome, exit: exitOfOutcome(outcome), message, network };
}

/** The source of the status, if it was not the API. */
function sourceOf({ deployment }: JobKnown): string {
  return deployment?.source === undefined ? '' : ` (told by ${deployment.source})`;
}

function unprocessable({ deployment }: JobKnown): string {
  return deployment?.reason === undefined ? '' : ` (${clean(deployment.reason)})`;
}

function openTasks({ deployment }: JobKnown): string {
  const failed = (deployment?.tasks ?? []).filter(({ status }) => stageOf(status) === 'failed');
  return failed.length === 0
    ? ''
    : ` (${failed.map(({ name, status }) => `${clean(name)}: ${clean(status)}`).join('; ')})`;
}

function networkWords(
  network: Exclude<NetworkResult, { readonly action: 'rolled-back' }>,
  gateway: string | undefined,
): string {
  switch (network.action) {
    case 'changed':
      return `the default route goes through ${gateway} on ${network.interface} (${network.stack}: ${network.files.join(', ')})`;
    case 'unchanged':
      return `the default route went through ${gateway} on ${network.interface} already (${network.stack})`;
    case 'skipped':
      return `network left alone: ${network.reason}`;
  }
}

/** An error in the form that documents use. */
export function describe(error: RcWaitError): { code: string; message: string; hint?: string } {
  const { code, message, hint } = error;
  return hint === undefined ? { code, message } : { code, message, hint };
}

/**
 * A result for a person: the message, the number of requests, the hint, and where it is explained.
 * @param troublesPage the installed docs/troubleshooting.md
 */
export function humanResult({ document, exit }: Result, troublesPage?: string): string {
  const { message, requests, error } = document;
  const more = seeSection(troublesPage, { exit, code: error?.code });
  return [clean(message), requestsMade(requests), error?.hint, more, '']
    .filter((line) => line !== undefined)
    .join('\n');
}
