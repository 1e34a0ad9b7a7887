import { closeSync, type FSWatcher, mkdirSync, openSync, renameSync, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errnoOf } from '../base/error.ts';
import { type Backoff, calm } from './backoff.ts';
import { Bell } from './bell.ts';
import {
  type Approach,
  answerFor,
  type Book,
  backoffAfter,
  decide,
  type Ledger,
  type Settlement,
  type Step,
  type StoredAnswer,
  unaccounted,
} from './book.ts';
import { bootId, isAlive, type Owner, thisOwner } from './owner.ts';
import { publish, publishedName } from './published.ts';
import { type Limits, type Slot, settledSlot } from './window.ts';

/** The version of the schema below; another one is set aside like a damaged file. */
const schemaVersion = 1;

const schema = `
CREATE TABLE slots (id INTEGER PRIMARY KEY, key TEXT NOT NULL, taken_ms REAL NOT NULL,
  counts_until_ms REAL NOT NULL, open_until_ms REAL, pid INTEGER NOT NULL, started TEXT NOT NULL) STRICT;
CREATE TABLE answers (key TEXT PRIMARY KEY, asked_ms REAL NOT NULL, record TEXT NOT NULL) STRICT;
CREATE TABLE backoff (one INTEGER PRIMARY KEY CHECK (one = 1), boot TEXT NOT NULL, refusals INTEGER NOT NULL,
  refusal_level REAL NOT NULL,  failures INTEGER NOT NULL, not_before_ms REAL NOT NULL, pace_ms REAL NOT NULL) STRICT;
PRAGMA user_version = ${schemaVersion};
`;

/** How long one statement may wait for another process, in ms. It blocks this whole process: keep it short. */
const busyTimeoutMs = 250;

/** After this long without a look into a locked ledger something is wrong with the process that holds it. */
const longestBusyMs = 30_000;

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const busy = 5;
const locked = 6;
const corrupt = 11;
const notADatabase = 26;

/** The ledger cannot be used (any more): the caller goes on without it, more slowly. */
export class LedgerUnusable extends Error {
  override readonly name = 'LedgerUnusable';
}

export interface SqliteLedgerOptions {
  readonly directory: string;
  readonly limits: Limits;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly requestTimeoutMs: number;
  /** told in a sentence when the ledger was damaged and set aside */
  readonly onNotice: (notice: string) => void;
  /** for tests */
  readonly isAlive?: (owner: Owner) => boolean;
}

interface SlotRow {
  id: number;
  key: string;
  taken_ms: number;
  counts_until_ms: number;
  open_until_ms: number | null;
  pid: number;
  started: string;
}

interface BackoffRow {
  boot: string;
  refusals: number;
  refusal_level: number;
  failures: number;
  not_before_ms: number;
  pace_ms: number;
}

/** SQLite's primary result code of an error, or undefined when it is not SQLite's. */
function resultCodeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

const isDamage = (error: unknown): boolean => {
  const code = resultCodeOf(error);
  return code === corrupt || code === notADatabase || error instanceof SchemaMismatch;
};

class SchemaMismatch extends Error {}

/**
 * The ledger that all processes of this server share: one SQLite file, in WAL
 * mode so that those who look never hold up the one who writes. It does not
 * outlive the boot, so nothing is synced to the disk.
 *
 * The file is for its owner alone (0600). Whoever can open a file for reading
 * can lock it, fcntl(2), and SQLite's locks are such locks: a ledger that
 * every user may read is one that any user can stop. What others may know is
 * published beside it.
 */
export class SqliteLedger implements Ledger {
  readonly limits: Limits;
  readonly #options: SqliteLedgerOptions;
  readonly #path: string;
  readonly #owner = thisOwner();
  readonly #statements = new Map<string, StatementSync>();
  readonly #bell: Bell;
  #db: DatabaseSync | undefined;
  #inode = 0n;
  #watcher: FSWatcher | undefined;
  #busySinceMs: number | undefined;

  /** @throws LedgerUnusable when the directory or the file cannot be written */
  constructor(options: SqliteLedgerOptions) {
    this.limits = options.limits;
    this.#options = options;
    this.#bell = new Bell(options.sleep);
    this.#path = join(options.directory, 'ledger.db');
    this.#guarded(() => undefined);
  }

  approach(approach: Approach): Step {
    const step = this.#guarded(() => {
      // Most looks end here, without a lock.
      const look = this.#decide(approach);
      if (look.kind !== 'granted') return look;
      return this.#transaction(() => this.#grant(approach));
    });
    const retryAtMs = approach.nowMs + busyTimeoutMs;
    return step ?? { kind: 'delayed', delay: { because: 'in-flight', untilMs: retryAtMs } };
  }

  settle(settlement: Settlement): void {
    const { outcome, key, takenMs } = settlement;
    const write = (): true =>
      this.#transaction(() => {
        const slot = settledSlot(settlement);
        this.#run('DELETE FROM slots WHERE id = ? AND taken_ms = ?', settlement.slotId, takenMs);
        this.#insertSlot(slot);
        if (outcome === undefined) return true;
        this.#run('INSERT OR REPLACE INTO answers VALUES (?, ?, ?)', key, takenMs, outcome.record);
        this.#saveBackoff(backoffAfter(this.#backoff(), settlement, this.limits, this.#options.random));
        return true;
      });
    // Left open, the slot would only count for longer than it need; but the answer would be lost to the others.
    for (let attempt = 0; attempt < 8 && this.#guarded(write) === undefined; attempt += 1);
    if (outcome !== undefined) this.#publish();
  }

  async changed(ms: number, signal?: AbortSignal): Promise<void> {
    this.#watch();
    await this.#bell.wait(ms, signal);
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#shut();
  }

  /** The last answers, for those who wait and for those who may not open the ledger. */
  #publish(): void {
    const rows = this.#guarded(() => this.#all<{ key: string } & StoredRow>('SELECT * FROM answers')) ?? [];
    const answers = rows.map(({ key, asked_ms, record }) => [key, { askedMs: asked_ms, record }] as const);
    publish(this.#options.directory, new Map(answers));
  }

  #watch(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = watch(this.#options.directory, { persistent: false }, (_event, name) => {
        if (name === publishedName) this.#bell.ring();
      });
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      // inotify(7) watches can run out; whoever waits looks by himself every quarter of a second.
    }
  }

  #decide(approach: Approach): ReturnType<typeof decide> {
    const backoff = this.#backoff();
    const answer = this.#answer(approach.key);
    const told = answerFor(answer, approach, Math.max(backoff.paceMs, this.limits.paceMs));
    if (told !== undefined) return { kind: 'told', answer: told };
    return decide({ slots: this.#slots(approach.nowMs), backoff, answer }, approach, this.limits);
  }

  #grant(approach: Approach): Step {
    const step = this.#decide(approach);
    if (step.kind !== 'granted') return step;
    this.#run('DELETE FROM slots WHERE counts_until_ms <= ?', approach.nowMs);
    const slotId = this.#insertSlot(step.slot);
    return { kind: 'granted', slotId, takenMs: step.slot.takenMs };
  }

  #slots(nowMs: number): Book['slots'] {
    const alive = this.#options.isAlive ?? isAlive;
    return this.#all<SlotRow>('SELECT * FROM slots WHERE counts_until_ms > ?', nowMs).map((row) => ({
      id: row.id,
      key: row.key,
      takenMs: row.taken_ms,
      countsUntilMs: row.counts_until_ms,
      openUntilMs: row.open_until_ms !== null && alive(row) ? row.open_until_ms : undefined,
    }));
  }

  #answer(key: string): StoredAnswer | undefined {
    const [row] = this.#all<StoredRow>('SELECT asked_ms, record FROM answers WHERE key = ?', key);
    return row && { askedMs: row.asked_ms, record: row.record };
  }

  #backoff(): Backoff {
    const [row] = this.#all<BackoffRow>('SELECT * FROM backoff');
    if (row === undefined) throw new SchemaMismatch('the row of the backoff is missing');
    const {
      refusals,
      refusal_level: refusalLevel,
      failures,
      not_before_ms: notBeforeMs,
      pace_ms: paceMs,
    } = row;
    return { refusals, refusalLevel, failures, notBeforeMs, paceMs };
  }

  #saveBackoff({ refusals, refusalLevel, failures, notBeforeMs, paceMs }: Backoff): void {
    const sql = 'INSERT OR REPLACE INTO backoff VALUES (1, ?, ?, ?, ?, ?, ?)';
    this.#run(sql, bootId(), refusals, refusalLevel, failures, notBeforeMs, paceMs);
  }

  #insertSlot({ key, takenMs, countsUntilMs, openUntilMs }: Slot): number {
    const sql =
      'INSERT INTO slots (key, taken_ms, counts_until_ms, open_until_ms, pid, started) VALUES (?, ?, ?, ?, ?, ?)';
    const { pid, started } = this.#owner;
    return Number(
      this.#run(sql, key, takenMs, countsUntilMs, openUntilMs ?? null, pid, started).lastInsertRowid,
    );
  }

  /**
   * Runs `work` on an open, undamaged ledger. A damaged or vanished one is set
   * aside and started anew. Undefined: another process holds it at present.
   */
  #guarded<T>(work: () => T): T | undefined {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.#reopenIfReplaced();
        const result = work();
        this.#busySinceMs = undefined;
        return result;
      } catch (error) {
        if (this.#isOnlyBusy(error)) return undefined;
        if (!isDamage(error) || attempt > 0) throw this.#unusable(error);
        this.#setAside(error);
      }
    }
  }

  #isOnlyBusy(error: unknown): boolean {
    const code = resultCodeOf(error);
    if (code !== busy && code !== locked) return false;
    const nowMs = this.#options.nowMs();
    this.#busySinceMs ??= nowMs;
    return nowMs - this.#busySinceMs < longestBusyMs;
  }

  #unusable(cause: unknown): LedgerUnusable {
    this.close();
    return cause instanceof LedgerUnusable
      ? cause
      : new LedgerUnusable('the ledger cannot be used', { cause });
  }

  #setAside(error: unknown): void {
    this.#shut();
    // Another process was quicker: its new ledger is as good as ours would have been.
    if (statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino !== this.#inode) {
      this.#open(false);
      return;
    }
    const aside = `${this.#path}.damaged-${Date.now()}`;
    try {
      renameSync(this.#path, aside);
      for (const suffix of ['-wal', '-shm']) rmSync(this.#path + suffix, { force: true });
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw this.#unusable(cause);
    }
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onNotice(
      `the ledger ${this.#path} is damaged (${why}): set aside as ${aside} and started anew; ` +
        'what was asked in the last minute is unknown, so nothing is asked for the next one',
    );
    this.#open(true);
  }

  /** A process that goes on with a file that was set aside or deleted would keep an account of its own. */
  #reopenIfReplaced(): void {
    if (this.#db === undefined) {
      this.#open(false);
      return;
    }
    const stat = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    if (stat?.ino === this.#inode) return;
    this.#shut();
    this.#open(stat === undefined);
  }

  #open(lost: boolean): void {
    mkdirSync(this.#options.directory, { recursive: true, mode: 0o755 });
    closeSync(openSync(this.#path, 'a', 0o600));
    this.#inode = statSync(this.#path, { bigint: true }).ino;
    this.#db = new DatabaseSync(this.#path, { timeout: busyTimeoutMs });
    try {
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF');
      if (!this.#isPrepared()) this.#transaction(() => this.#prepare(lost));
    } catch (error) {
      // Busy, perhaps: the next look opens it again, from the start.
      this.#shut();
      throw error;
    }
  }

  #schemaVersion(): number {
    const [row] = this.#all<{ user_version: number }>('PRAGMA user_version');
    return row?.user_version ?? 0;
  }

  #isPrepared(): boolean {
    const version = this.#schemaVersion();
    if (version === 0) return false;
    if (version !== schemaVersion)
      throw new SchemaMismatch(`its schema is version ${version}, not ${schemaVersion}`);
    const [row] = this.#all<BackoffRow>('SELECT * FROM backoff');
    return row?.boot === bootId();
  }

  #prepare(lost: boolean): void {
    if (this.#isPrepared()) return;
    const fresh = this.#schemaVersion() === 0;
    if (fresh) this.#db?.exec(schema);
    // A ledger of an earlier boot, in a directory that outlives one: its clock has nothing to do with ours.
    this.#run('DELETE FROM slots');
    this.#run('DELETE FROM answers');
    this.#saveBackoff(calm(this.limits.paceMs));
    if (!lost || !fresh) return;
    const { nowMs, requestTimeoutMs } = this.#options;
    for (const slot of unaccounted(this.limits, nowMs(), requestTimeoutMs)) this.#insertSlot(slot);
  }

  #shut(): void {
    this.#statements.clear();
    try {
      this.#db?.close();
    } catch {
      // A handle on a damaged file; the file is set aside, there is nothing to save.
    }
    this.#db = undefined;
  }

  #transaction<T>(work: () => T): T {
    const db = this.#db;
    if (db === undefined) throw new LedgerUnusable('the ledger is closed');
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#db === undefined) throw new LedgerUnusable('the ledger is closed');
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run(sql: string, ...values: (string | number | null)[]): { lastInsertRowid: number | bigint } {
    return this.#statement(sql).run(...values);
  }

  #all<Row>(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }
}

interface StoredRow {
  asked_ms: number;
  record: string;
}
