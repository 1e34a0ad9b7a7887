import type { Clock } from '../base/clock.ts';
import { type ErrorCode, RcWaitError } from '../base/error.ts';
import type { ApiReply, ServersApi } from '../openstack/compute.ts';
import { newestIn, type Page, type SeenServer } from '../openstack/servers.ts';
import { type Backoff, calm, nextBackoff } from '../pace/backoff.ts';
import type { Feedback } from '../pace/types.ts';
import { absorb, beginPoll, type Fleet, isAmidChanges, moveToEnd, nextAsk, type Poll } from './fleet.ts';
import type { Ask, FleetAnswer, RemoteEvent, RemoteTally } from './types.ts';

/** What watching a region needs. */
export interface WatchOptions {
  readonly api: ServersApi;
  readonly clock: Clock;
  readonly random: () => number;
  /** between the starts of two polls, in ms */
  readonly intervalMs: number;
  /** ends it: the deadline, or a person */
  readonly signal: AbortSignal;
  readonly tally: RemoteTally;
  readonly onEvent: (event: RemoteEvent) => void;
}

/** The state of a region: its servers, and how its API responds. */
export interface Watch {
  readonly fleet: Fleet;
  readonly options: WatchOptions;
  backoff: Backoff;
  /** 403 answers in a row */
  forbidden: number;
  /** why the last question had no usable answer; undefined: it had one */
  trouble: string | undefined;
  /** whether any question had a usable answer */
  answered: boolean;
  /** the minimum by which the API's clock is ahead of this one, in ms, judged by its servers; -Infinity: unknown */
  aheadMs: number;
  /** set once the credentials are no longer accepted, or no answer can come: nothing is asked after that */
  refused: RcWaitError | undefined;
}

/** A region before its first question. */
export function createWatch(fleet: Fleet, options: WatchOptions): Watch {
  return {
    fleet,
    options,
    backoff: calm(options.intervalMs),
    forbidden: 0,
    trouble: undefined,
    answered: false,
    aheadMs: Number.NEGATIVE_INFINITY,
    refused: undefined,
  };
}

/** Delay before the rest of a long list of changes is fetched, in ms: that is not another poll. */
const continueAfterMs = 1_000;

/** After this many 403 answers in a row the account has no right to ask, and will not get it by waiting. */
const mostForbidden = 5;

/**
 * Finds the servers of the region.
 * @param found aborted, with `fleet.looked` set, once they need not be looked for any longer
 * @throws the signal's reason when the signal in the options is aborted
 */
export async function look(watch: Watch, found: AbortSignal): Promise<void> {
  const { fleet, options } = watch;
  const poll = beginPoll(fleet);
  const waker = AbortSignal.any([options.signal, found]);
  while (!fleet.looked && watch.refused === undefined) {
    const how = await step(watch, poll);
    const { clock, intervalMs } = options;
    // If servers are deleted all the time the list may restart again and again: then at the pace of a poll.
    if (!fleet.looked) await pause(watch, how === 'lost' ? clock.nowMs() + intervalMs : 0, waker);
  }
  const nowMs = options.clock.nowMs();
  if (fleet.looked)
    options.onEvent({ kind: 'found', region: fleet.region, servers: fleet.servers.size, nowMs });
}

/**
 * The one loop: polls until each server of the region has its verdict.
 * @throws the signal's reason when aborted
 */
export async function follow(watch: Watch): Promise<void> {
  const { fleet, options } = watch;
  const { clock, signal } = options;
  // The look was the first poll.
  if (fleet.pending.size > 0) await clock.sleep(options.intervalMs, signal);
  while (fleet.pending.size > 0 && watch.refused === undefined) {
    const startedMs = clock.nowMs();
    const poll = beginPoll(fleet);
    while ((await step(watch, poll)) === 'more') signal.throwIfAborted();
    if (fleet.pending.size === 0) return;
    const { paceMs } = watch.backoff;
    // Not if the API has slowed the pace: the rest of a list costs it as much as another poll.
    const isSoon = isAmidChanges(fleet) && watch.trouble === undefined && paceMs <= options.intervalMs;
    await pause(watch, startedMs + (isSoon ? continueAfterMs : paceMs));
  }
}

/** Sleeps until `untilMs` and as long as the API has asked for; ends early once `waker` is aborted. */
async function pause(
  { backoff, options, refused }: Watch,
  untilMs: number,
  waker: AbortSignal = options.signal,
): Promise<void> {
  const { clock, signal } = options;
  signal.throwIfAborted();
  if (refused !== undefined) return;
  const waitMs = Math.max(untilMs, backoff.notBeforeMs) - clock.nowMs();
  if (waitMs <= 0) return;
  try {
    await clock.sleep(waitMs, waker);
  } catch (error) {
    if (signal.aborted || !waker.aborted) throw error;
  }
}

/**
 * Asks one question of a poll. `more`: another may follow; `lost`: its pages start again; `over`: no question
 * is left, or it had no usable answer.
 */
async function step(watch: Watch, poll: Poll): Promise<'more' | 'lost' | 'over'> {
  const { fleet, options } = watch;
  const { clock } = options;
  const ask = nextAsk(fleet, poll, clock.nowMs());
  if (ask === undefined) return 'over';
  const askedMs = clock.nowMs();
  const { answer, signal } = read(watch, ask, await send(options, ask), askedMs);
  const nowMs = clock.nowMs();
  watch.backoff = nextBackoff(watch.backoff, signal, nowMs, options.intervalMs, options.random);
  if (answer === undefined) {
    moveToEnd(fleet, ask);
    const { region } = fleet;
    const reason = watch.trouble ?? 'no usable answer';
    options.onEvent({ kind: 'trouble', region, reason, untilMs: watch.backoff.notBeforeMs, nowMs });
    return 'over';
  }
  if (watch.trouble !== undefined) options.onEvent({ kind: 'recovered', region: fleet.region, nowMs });
  watch.trouble = undefined;
  watch.answered = true;
  for (const server of absorb(fleet, poll, ask, answer, nowMs))
    options.onEvent({ kind: 'server', server, nowMs });
  return answer.kind === 'lost' ? 'lost' : 'more';
}

type Reply = ApiReply<Page> | ApiReply<SeenServer>;

function send({ api, signal }: WatchOptions, ask: Ask): Promise<Reply> {
  return ask.kind === 'one' ? api.one(ask.id, signal) : api.page(ask, signal);
}

/** What an answer means for the servers and for the pace. */
function read(
  watch: Watch,
  ask: Ask,
  reply: Reply,
  askedMs: number,
): { readonly answer: FleetAnswer | undefined; readonly signal: Feedback } {
  const { tally } = watch.options;
  const forbidden = watch.forbidden;
  watch.forbidden = 0;
  switch (reply.kind) {
    case 'ok': {
      const { value, dateMs } = reply;
      if (dateMs !== undefined) watch.fleet.aheadMs = dateMs - askedMs;
      const answer: FleetAnswer =
        'servers' in value
          ? { kind: 'page', page: value, dateMs: dateMs ?? guessed(watch, value, askedMs) }
          : { kind: 'one', server: value };
      return { answer, signal: { kind: 'answered' } };
    }
    case 'absent':
    case 'lost':
      // No server with that id; for a page: no such API, or (400) no such marker.
      if (ask.kind === 'one' && reply.kind === 'absent')
        return { answer: reply, signal: { kind: 'answered' } };
      if (ask.kind === 'page' && reply.kind === 'lost' && ask.marker !== undefined)
        return { answer: reply, signal: { kind: 'answered' } };
      tally.failed += 1;
      watch.trouble =
        reply.kind === 'absent'
          ? 'there is no Cloud Servers API (404)'
          : 'it does not understand the request (400)';
      return { answer: undefined, signal: { kind: 'failed' } };
    case 'limited':
      tally.limited += 1;
      watch.trouble = `too many requests (${reply.status})`;
      return { answer: undefined, signal: { kind: 'refused', ...waitOf(reply) } };
    case 'trouble':
      tally.failed += 1;
      watch.trouble = reply.reason;
      // After a first answer a proxy may cause it for a moment; but an API that has never answered, and cannot, is
      // not asked for an hour.
      if (reply.isFinal && !watch.fleet.looked && !watch.answered)
        watch.refused = cannotAsk('API_UNAVAILABLE', watch.fleet.region, reply.reason);
      return { answer: undefined, signal: { kind: 'failed', ...waitOf(reply) } };
    case 'forbidden':
      tally.failed += 1;
      watch.trouble = reply.reason;
      watch.forbidden = forbidden + 1;
      if (watch.forbidden >= mostForbidden)
        watch.refused = cannotAsk('API_REFUSED', watch.fleet.region, reply.reason);
      return { answer: undefined, signal: { kind: 'failed' } };
    case 'refused':
      watch.trouble = reply.error.message;
      watch.refused = reply.error;
      return { answer: undefined, signal: { kind: 'failed' } };
  }
}

/**
 * When a page was asked for by the API's clock, ms since 1970, if neither the API nor identity reports the
 * time. The API's clock has reached the newest change on the page (a server that was never updated reports
 * the current time), so it is at least that far ahead of this one. If the guess is far too early, before the
 * first change, the API lists more than needed, and nothing is missed.
 */
function guessed(watch: Watch, page: Page, askedMs: number): number {
  watch.aheadMs = Math.max(watch.aheadMs, newestIn(page) - watch.options.clock.nowMs());
  return Math.max(0, askedMs + watch.aheadMs);
}

function waitOf({ retryAfterMs }: { readonly retryAfterMs: number | undefined }): {
  readonly retryAfterMs?: number;
} {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function cannotAsk(code: ErrorCode, region: string, reason: string): RcWaitError {
  return new RcWaitError(code, `cannot ask for the servers in ${region}: ${reason}`);
}
