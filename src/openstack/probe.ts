import { systemClock } from '../base/clock.ts';
import { startDeadline } from '../base/deadline.ts';
import type { Http } from '../http/client.ts';
import type { Chosen } from './endpoints.ts';

const timeoutMs = 10_000;

/** Whether an endpoint answers, and how fast. `status`: any HTTP status counts; without a token it is often 401. */
export interface Reached {
  readonly reached: boolean;
  readonly ms: number;
  readonly status: number | undefined;
  readonly reason: string | undefined;
}

/** Opens a connection and closes it again; returns the reason if that fails. */
export type Connect = (
  to: { readonly host: string; readonly port: number },
  signal: AbortSignal,
) => Promise<string | undefined>;

/**
 * Asks an endpoint once, without a token. For the RackConnect API it only opens a connection: a request would
 * use this server's quota without the ledger knowing.
 */
export async function probeEndpoint(
  { url, service }: Pick<Chosen, 'url' | 'service'>,
  { http, connect }: { readonly http: Http; readonly connect: Connect },
  signal: AbortSignal,
): Promise<Reached> {
  const startedMs = systemClock.nowMs();
  const target = new URL(url);
  const done = (reason: string | undefined, status?: number): Reached => ({
    reached: reason === undefined,
    ms: systemClock.nowMs() - startedMs,
    status,
    reason,
  });
  if (service === 'rackconnect') {
    const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const deadline = startDeadline(systemClock, systemClock.nowMs() + timeoutMs, { signal });
    return connect({ host, port }, deadline.signal)
      .then(done, () => done(`no connection within ${timeoutMs / 1000} s`))
      .finally(deadline.end);
  }
  const reply = await http.send({ method: 'GET', url: target, timeoutMs, signal });
  signal.throwIfAborted();
  return reply.kind === 'answer' ? done(undefined, reply.head.status) : done(reply.reason);
}
