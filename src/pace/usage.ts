import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, reasonOf } from '../base/error.ts';
import { distrust, rootOrThisUser } from '../base/trust.ts';
import { isAlive, type Owner } from '../system/process-identity.ts';
import { longestRetryAfterMs } from './backoff.ts';
import { rowsOf } from './database.ts';
import { sharedLimits } from './window.ts';

/** The requests of one process that count at present. */
interface Asker {
  readonly pid: number;
  readonly isAlive: boolean;
  readonly requests: number;
}

/** What the ledger says of the last minute. */
export interface Usage {
  /** requests that count, of `limit` */
  readonly requests: number;
  readonly limit: number;
  /** who made them, the busiest first */
  readonly by: readonly Asker[];
  /** how often in a row the API has refused (403) */
  readonly refusals: number;
  /** nothing is asked for so long yet, in ms; 0: a backoff is not going on */
  readonly heldMs: number;
}

/** A look into the ledger. */
export type UsageReading =
  | { readonly kind: 'read'; readonly usage: Usage }
  /** nobody has asked anything since the boot */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: string };

interface Row extends Owner {
  readonly counts_until_ms: number;
}

/**
 * How much of the quota is used, and by whom. Looks only: a damaged ledger is
 * left for the next request to mend.
 * @param nowMs on the monotonic clock, as in the ledger
 */
export function readUsage(directory: string, nowMs: number): UsageReading {
  const path = join(directory, 'ledger.db');
  try {
    accessSync(path, constants.R_OK);
    const doubt = distrust(path, rootOrThisUser());
    if (doubt !== undefined) return { kind: 'unreadable', why: doubt };
    const slots = rowsOf<Row>(path, 'SELECT pid, started, counts_until_ms FROM slots').filter(
      (slot) => slot.counts_until_ms > nowMs,
    );
    const [backoff] = rowsOf<{ refusals: number; not_before_ms: number }>(path, 'SELECT * FROM backoff');
    const notBeforeMs = backoff?.not_before_ms ?? 0;
    if (notBeforeMs > nowMs + longestRetryAfterMs) return { kind: 'unreadable', why: 'it is damaged' };
    const by = [...Map.groupBy(slots, ({ pid }) => pid)]
      .map(([pid, own]) => ({ pid, isAlive: own.some(isAlive), requests: own.length }))
      .sort((a, b) => b.requests - a.requests);
    return {
      kind: 'read',
      usage: {
        requests: slots.length,
        limit: sharedLimits.requests,
        by,
        refusals: backoff?.refusals ?? 0,
        heldMs: Math.max(0, notBeforeMs - nowMs),
      },
    };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { kind: 'none' };
    return { kind: 'unreadable', why: reasonOf(error) };
  }
}
