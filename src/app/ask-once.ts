import { systemClock } from '../base/clock.ts';
import { startDeadline } from '../base/deadline.ts';
import { formatDuration } from '../base/duration.ts';
import { RcWaitError } from '../base/error.ts';
import type { Reply } from '../http/types.ts';
import type { Delay } from '../pace/types.ts';
import type { Format, Operation } from '../rackconnect/types.ts';
import { reasonOfDelay, whenNext } from '../report/words.ts';
import { type OpenApi, sourceInterface, sourceNow, sourceOf, targetOf, withWay } from './api.ts';
import type { Io } from './io.ts';
import type { ApiOptions } from './options.ts';

/** Opens the API for a single question. An interface without an address is an error here: nothing waits for it. */
export async function withApiForOne<T>(
  args: ApiOptions & Patience,
  io: Io,
  work: (api: OpenApi) => Promise<T>,
): Promise<T> {
  const target = await targetOf(args);
  const source = sourceOf(args, target);
  if (source === 'missing') {
    throw new RcWaitError(
      'API_UNAVAILABLE',
      `cannot ask by ${sourceInterface(args, target)}: it has no IPv4 address`,
    );
  }
  return withWay(
    args,
    sourceNow(args, target),
    (notice) => io.err(`rc-wait: ${notice}\n`),
    async (way) => {
      const search = async () => {
        const { searchOnce } = await import('./find-region.ts');
        return patiently(args, io, (within) => searchOnce(way, args, target, within));
      };
      const baseUrl = target.baseUrl ?? (await search());
      return work({ client: way.clientOf(baseUrl), pace: way.pace, baseUrl });
    },
  );
}

/** Time limit of a question, and whether to report delays. */
export interface Patience {
  /** ms, or Infinity */
  readonly timeout: number;
  readonly quiet: boolean;
}

/** Delays shorter than this are not reported, in ms. */
const silenceMs = 1_000;

/**
 * Asks one question within `--timeout`.
 * @throws RcWaitError API_UNAVAILABLE when the time runs out
 */
export function askOnce(
  { client }: OpenApi,
  operation: Operation,
  format: Format,
  patience: Patience,
  io: Io,
): Promise<{ reply: Reply; askedMs: number; shared: boolean }> {
  return patiently(patience, io, (within) => client.ask(operation, format, within));
}

/**
 * Asks within `--timeout` and reports why a question takes long.
 * @throws RcWaitError API_UNAVAILABLE when the time runs out
 */
async function patiently<T>(
  { timeout, quiet }: Patience,
  io: Io,
  question: (within: { signal: AbortSignal; onDelay: (delay: Delay) => void }) => Promise<T>,
): Promise<T> {
  const startedMs = systemClock.nowMs();
  const deadline = startDeadline(systemClock, startedMs + timeout, { signal: io.signal });
  let last: Delay | undefined;
  const onDelay = (delay: Delay): void => {
    const nowMs = systemClock.nowMs();
    const silent = quiet || delay.because === last?.because || delay.untilMs - startedMs < silenceMs;
    last = delay;
    if (!silent)
      io.err(
        `rc-wait: ${reasonOfDelay(delay, undefined) ?? 'keeping the pace'}; ${whenNext(delay, nowMs, startedMs + timeout)}\n`,
      );
  };
  try {
    return await question({ signal: deadline.signal, onDelay });
  } catch (error) {
    if (!deadline.hasPassed()) throw error;
    const why = (last && reasonOfDelay(last, undefined)) ?? 'no answer came';
    throw new RcWaitError('API_UNAVAILABLE', `cannot ask within ${formatDuration(timeout)}: ${why}`, {
      hint: 'give it longer with --timeout',
    });
  } finally {
    deadline.end();
  }
}

/**
 * Returns a valid answer of the API at `baseUrl`.
 * @throws RcWaitError API_UNAVAILABLE or API_REFUSED for any other reply
 */
export function usable(
  reply: Reply,
  operation: Operation,
  { baseUrl }: Pick<OpenApi, 'baseUrl'>,
): Extract<Reply, { kind: 'ok' }> {
  const what = `${operation} from ${baseUrl}`;
  switch (reply.kind) {
    case 'ok':
      return reply;
    case 'absent': {
      const early = operation === 'gateway_ip' ? 'the gateway is not assigned yet, or ' : '';
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot get ${what}: ${early}the API does not know this server (404)`,
      );
    }
    case 'refused':
      throw new RcWaitError('API_REFUSED', `cannot get ${what}: the API refused this server (403)`, {
        hint: 'more than 30 requests a minute from this server, those of other users counted, or the request did not leave by ServiceNet (see --interface)',
      });
    case 'failing':
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot get ${what}: the API answers with an error of its own (${reply.status})`,
      );
    case 'unexpected': {
      const where = reply.location === undefined ? '' : `, a redirect to ${reply.location}`;
      throw new RcWaitError(
        'API_UNAVAILABLE',
        `cannot get ${what}: ${reply.reason ?? `the API answers with status ${reply.status}${where}`}`,
      );
    }
    case 'unreachable':
      throw new RcWaitError('API_UNAVAILABLE', `cannot get ${what}: ${reply.reason}`);
  }
}
