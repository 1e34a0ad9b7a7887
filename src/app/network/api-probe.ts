import { systemClock } from '../../base/clock.ts';
import type { Probe } from '../../network/probes/probe.ts';
import { tcpProbe } from '../../network/probes/tcp.ts';
import type { OpenApi } from '../api.ts';

/**
 * The RackConnect API still answers, whatever it says. Where the quota does
 * not permit a question at once, it need only take a connection: that costs
 * nothing, and what depends on us must not wait for the quota when the gateway
 * is in use already.
 */
export function apiProbe({ client, baseUrl }: Pick<OpenApi, 'client' | 'baseUrl'>): Probe {
  const { hostname, port, protocol } = new URL(baseUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  const connection = tcpProbe({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
  return {
    expects: 'the RackConnect API to answer',
    limitMs: 30_000,
    async attempt(signal) {
      const startedMs = systemClock.nowMs();
      const mayNotAsk = new AbortController();
      try {
        // Not the question of the wait, whose pace is not over yet.
        const { reply, askedMs } = await client.ask('automation_status', 'text', {
          signal: AbortSignal.any([signal, mayNotAsk.signal]),
          onDelay: () => mayNotAsk.abort(),
        });
        // An answer from before the change proves nothing.
        if (askedMs >= startedMs) return reply.kind === 'unreachable' ? reply.reason : undefined;
      } catch (error) {
        if (!mayNotAsk.signal.aborted) throw error;
      }
      return connection.attempt(signal);
    },
  };
}
