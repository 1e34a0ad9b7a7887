import type { Clock } from '../base/clock.ts';
import type { Region } from '../base/region.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import { findRegion } from '../rackconnect/find-region.ts';
import type { ApiUrl } from '../rackconnect/regions.ts';
import type { Poller } from './loop.ts';

/** Interval between the starts of two searches, in ms: six of the 29 requests in a minute. */
const searchEveryMs = 60_000;

/** Maximum interval between signs of life, in ms. */
const stepMs = 1_000;

/** Interval between reads of this server's own sources meanwhile, in ms. Each read is a few child processes. */
const lookEveryMs = 5_000;

/**
 * Asks the APIs of all six regions which of them knows this server, once a minute: at boot the network may
 * not be up yet, and RackConnect does not know a server that is too new.
 * @param look reads this server's own sources again: cloud-init, name servers or a config drive may come
 *   later than rc-wait, and their region ends the search; absent: there are none
 */
export function regionPoller(
  clientOf: (baseUrl: ApiUrl) => RackconnectClient,
  clock: Clock,
  look: () => Promise<Region | undefined> = () => Promise.resolve(undefined),
): Poller<Region> {
  let endedMs: number | undefined;
  let lookedMs = Number.NEGATIVE_INFINITY;
  return {
    async ask({ newerThanMs, signal, onDelay }) {
      const dueMs = (newerThanMs ?? Number.NEGATIVE_INFINITY) + searchEveryMs;
      for (let leftMs = dueMs - clock.nowMs(); leftMs > 0; leftMs = dueMs - clock.nowMs()) {
        onDelay({ because: 'pace', untilMs: dueMs });
        await clock.sleep(Math.min(leftMs, stepMs), signal);
        if (clock.nowMs() < lookedMs + lookEveryMs) continue;
        lookedMs = clock.nowMs();
        const value = await look();
        if (value !== undefined)
          return { verdict: { kind: 'done', value }, askedMs: lookedMs, shared: false };
      }
      const askedMs = clock.nowMs();
      // A slot may become free long after the search began; its own old answers would tell a search nothing new.
      const own = endedMs === undefined ? {} : { newerThanMs: endedMs };
      const search = await findRegion(clientOf, { signal, onDelay, nowMs: askedMs, ...own });
      endedMs = clock.nowMs();
      const verdict =
        search.kind === 'found'
          ? ({ kind: 'done', value: search.region } as const)
          : ({ kind: 'error', refused: search.refused, why: `${search.why}; ${search.remedy}` } as const);
      return { verdict, askedMs, shared: false };
    },
  };
}
