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

/** The ledger's account of the last minute. */
export interface Usage {
  /** requests that count, of `limit` */
  readonly requests: number;
  readonly limit: number;
  /** who made them, the busiest first */
  readonly by: readonly Asker[];
  /** how many times in a row the API has refused (403) */
  readonly refusals: number;
  /** how long no request is made yet, in ms; 0: no backoff at present */
  readonly heldMs: number;
}

/** The result of reading the ledger. */
export type UsageReading =
  | { readonly kind: 'read'; readonly usage: Usage }
  /** nothing has been asked since the boot */
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable'; readonly why: string };

interface Row extends Owner {
  readonly counts_until_ms: number;
}

/**
 * How much of the quota is used, and by whom. Only reads: a damaged ledger is left for the next request to replace.
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
