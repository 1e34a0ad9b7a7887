import { join } from 'node:path';
import { reasonOf } from '../base/error.ts';
import { bootId } from '../system/boot.ts';
import type { SlotRequest } from './account.ts';
import { Database, LedgerUnusable } from './database.ts';
import { sharedLimits, windowMs } from './window.ts';

const schemaVersion = 1;

const schema = `
CREATE TABLE slots (id INTEGER PRIMARY KEY, scope TEXT NOT NULL, counts_until_ms REAL NOT NULL) STRICT;
CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL, unknown_until_ms REAL NOT NULL) STRICT;
PRAGMA user_version = ${schemaVersion};
`;

/** Whether a request may be made, counting all ledgers of this user on the server. */
type Share =
  | { readonly kind: 'taken'; readonly id: number }
  | { readonly kind: 'full'; readonly untilMs: number };

interface ShareOptions {
  /** one per user, whatever `--state-dir` says */
  readonly directory: string;
  /** the source address of the requests, by which the API knows this server */
  readonly source: () => string;
  readonly nowMs: () => number;
  readonly requestTimeoutMs: number;
  readonly onNotice: (notice: string) => void;
}

/**
 * Counts all requests of one user on this server, whatever their state directory: the API counts by address,
 * and two ledgers that do not see each other would make twice as many requests as it allows.
 *
 * The file holds times only. Answers and backoffs stay in each ledger, for which this count is one more
 * condition. Only its owner may open it (0600), like the ledger: anyone else who could open it could lock it
 * and stop root's wait. So other users' processes are not counted here; they make one request every 10 s.
 */
export class ServerShare {
  readonly #options: ShareOptions;
  readonly #taken = new Map<number, number>();
  #db: Database | undefined;

  constructor(options: ShareOptions) {
    this.#options = options;
    const { directory, nowMs, onNotice } = options;
    this.#db = new Database({
      path: join(directory, 'requests.db'),
      nowMs,
      prepare: (db, lost) => this.#prepare(db, lost),
      onSetAside: onNotice,
    });
    this.#try(() => true);
  }

  /** Takes a slot for `approach`; `full`: none is free, and the time when one will be. */
  take({ key, nowMs, newerThanMs, requestTimeoutMs }: SlotRequest): Share {
    const limit = sharedLimits.requests - (newerThanMs === undefined ? 0 : sharedLimits.reserved);
    const scope = `${originOf(key)} ${this.#options.source()}`;
    const share = this.#try((db) =>
      db.transaction((): Share => {
        db.run('DELETE FROM slots WHERE counts_until_ms <= ?', nowMs);
        const unknownMs = this.#unknownUntilMs(db);
        if (unknownMs > nowMs) return { kind: 'full', untilMs: unknownMs };
        const sql = 'SELECT counts_until_ms AS ends FROM slots WHERE scope = ? ORDER BY counts_until_ms';
        const ends = db.all<{ ends: number }>(sql, scope).map((row) => row.ends);
        const untilMs = ends.length < limit ? nowMs : (ends[ends.length - limit] ?? nowMs);
        if (untilMs > nowMs) return { kind: 'full', untilMs };
        const countsUntilMs = nowMs + requestTimeoutMs + windowMs;
        const insert = 'INSERT INTO slots (scope, counts_until_ms) VALUES (?, ?)';
        return { kind: 'taken', id: db.run(insert, scope, countsUntilMs) };
      }),
    );
    // The file is busy or unusable: the process's own ledger decides alone.
    return share ?? { kind: 'taken', id: Number.NaN };
  }

  /** Links the slot taken here to the one in the process's own ledger. */
  remember(slotId: number, id: number): void {
    if (!Number.isNaN(id)) this.#taken.set(slotId, id);
  }

  /** The request of the ledger's slot has ended: from now on it counts for a minute. */
  settle(slotId: number, nowMs: number): void {
    const id = this.#taken.get(slotId);
    if (id === undefined) return;
    this.#taken.delete(slotId);
    this.#try((db) => db.run('UPDATE slots SET counts_until_ms = ? WHERE id = ?', nowMs + windowMs, id));
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #try<T>(work: (db: Database) => T): T | undefined {
    const db = this.#db;
    if (db === undefined) return undefined;
    try {
      for (let attempt = 0; attempt < 8; attempt += 1) {
        const result = db.guarded(() => work(db));
        if (result !== undefined) return result;
      }
      return undefined;
    } catch (error) {
      if (!(error instanceof LedgerUnusable)) throw error;
      this.#db = undefined;
      this.#options.onNotice(
        `cannot use ${join(this.#options.directory, 'requests.db')}: ${reasonOf(error.cause ?? error)}; ` +
          'processes with another --state-dir cannot be counted',
      );
      return undefined;
    }
  }

  #prepare(db: Database, lost: boolean): void {
    db.transaction(() => {
      const [version] = db.all<{ user_version: number }>('PRAGMA user_version');
      const isFresh = version?.user_version === 0;
      if (isFresh) db.exec(schema);
      const [meta] = db.all<{ boot: string }>('SELECT boot FROM meta');
      if (meta?.boot === bootId()) return;
      const { nowMs, requestTimeoutMs } = this.#options;
      // The old count is lost, so wait until all of its requests have expired.
      const unknownUntilMs = lost && isFresh ? nowMs() + requestTimeoutMs + windowMs : 0;
      db.run('DELETE FROM slots');
      db.run('INSERT OR REPLACE INTO meta VALUES (1, ?, ?)', bootId(), unknownUntilMs);
    });
  }

  #unknownUntilMs(db: Database): number {
    const [meta] = db.all<{ unknown_until_ms: number }>('SELECT unknown_until_ms FROM meta');
    const latestMs = this.#options.nowMs() + this.#options.requestTimeoutMs + windowMs;
    // No process writes a later time: it is damage, which must not stop a wait for ever.
    return Math.min(meta?.unknown_until_ms ?? 0, latestMs);
  }
}

/** The API's origin in a question's key: `http://10.208.0.1:8080|automation_status|json`. */
function originOf(key: string): string {
  return key.slice(0, key.indexOf('|'));
}
