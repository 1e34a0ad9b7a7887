import type { Clock } from '../base/clock.ts';
import type { Region } from '../base/region.ts';
import type { RackconnectClient } from '../rackconnect/client.ts';
import { findRegion } from '../rackconnect/find-region.ts';
import type { ApiUrl } from '../rackconnect/regions.ts';
import type { Inquiry } from './wait.ts';

/** How long after one search the next begins, in ms: six requests of the 29 in a minute. */
const searchEveryMs = 60_000;

/** A sign of life is due at least this often, in ms. */
const stepMs = 1_000;

/**
 * The inquiry that asks the APIs of all six regions which of them knows this
 * server. Again each minute: at boot the network may not be there yet, and
 * RackConnect does not know a server that is too new.
 */
export function regionInquiry(
  clientOf: (baseUrl: ApiUrl) => RackconnectClient,
  clock: Clock,
): Inquiry<Region> {
  let endedMs: number | undefined;
  return {
    async ask({ newerThanMs, signal, onDelay }) {
      const dueMs = (newerThanMs ?? Number.NEGATIVE_INFINITY) + searchEveryMs;
      for (let leftMs = dueMs - clock.nowMs(); leftMs > 0; leftMs = dueMs - clock.nowMs()) {
        onDelay({ because: 'pace', untilMs: dueMs });
        await clock.sleep(Math.min(leftMs, stepMs), signal);
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
