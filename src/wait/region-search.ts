import type { Clock } from '../base/clock.ts';
import type { Region } from '../base/region.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import { findRegion } from '../rackconnect/find-region.ts';
import type { ApiUrl } from '../rackconnect/regions.ts';
import type { Inquiry } from './loop.ts';

/** How long after one search the next begins, in ms: six requests of the 29 in a minute. */
const searchEveryMs = 60_000;

/** A sign of life is due at least this often, in ms. */
const stepMs = 1_000;

/** How often this server's own sources are looked at again meanwhile, in ms. Each look is a few child processes. */
const lookEveryMs = 5_000;

/**
 * The inquiry that asks the APIs of all six regions which of them knows this
 * server. Again each minute: at boot the network may not be there yet, and
 * RackConnect does not know a server that is too new.
 * @param look this server's own sources once more: cloud-init, the name servers, a config drive may come later than
 *   rc-wait, and what they say ends the search; left out: there are none
 */
export function regionInquiry(
  clientOf: (baseUrl: ApiUrl) => RackconnectClient,
  clock: Clock,
  look: () => Promise<Region | undefined> = () => Promise.resolve(undefined),
): Inquiry<Region> {
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
      // A slot may be had long after the search began: told its own old answers, a search would find nothing new.
      const own = endedMs === undefined ? {} : { newerThanMs: endedMs };
      const search = await findRegion(clientOf, { signal, onDelay, nowMs: askedMs, ...own });
      endedMs = clock.nowMs();
      const verdict =
        search.kind === 'found'
          ? ({ kind: 'done', value: search.region } as const)
          : ({ kind: 'error', refused: search.refused, why: search.why } as const);
      return { verdict, askedMs, shared: false };
    },
  };
}
