import { systemClock } from '../../base/clock.ts';
import type { Probe } from '../../network/probes/probe.ts';
import { tcpProbe } from '../../network/probes/tcp.ts';
import type { OpenApi } from '../api.ts';

/**
 * Checks that the RackConnect API still answers, whatever it says. If the quota does not permit a question at
 * once, a connection suffices: it costs nothing, and units that depend on rc-wait must not wait for the quota
 * when the gateway is already in use.
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
        // Not the operation that the wait asks for: its pace may not permit a question yet.
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
