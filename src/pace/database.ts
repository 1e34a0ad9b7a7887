import { renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errnoOf, reasonOf } from '../base/error.ts';
import { requireRegular, trustedFolder } from '../base/files.ts';
import { ForeignFile, makeRegular, requireWholeLog } from './database-file.ts';

/** How long one statement may wait for another process, in ms. It blocks this whole process, so keep it short. */
export const busyTimeoutMs = 250;

/** If the file stays locked for this long, in ms, something is wrong with the process that holds it. */
const longestBusyMs = 30_000;

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html). */
const busy = 5;
const locked = 6;
/** Many processes opened the file at the same moment, and this one lost each race for a lock. */
const protocol = 15;

/**
 * Errors caused by the disk, the memory or another process: PERM, ABORT, BUSY, LOCKED, NOMEM, INTERRUPT, IOERR,
 * FULL, CANTOPEN, PROTOCOL, NOLFS, AUTH. All others mean a damaged file: a flipped bit makes a table vanish,
 * renames a column, or (READONLY, if the file can be written) leaves a header that SQLite never writes.
 */
const noDamage: ReadonlySet<number> = new Set([3, 4, busy, locked, 7, 9, 10, 13, 14, protocol, 22, 23]);

/** The ledger cannot be used, or no longer: the caller continues without it, more slowly. */
export class LedgerUnusable extends Error {
  override readonly name = 'LedgerUnusable';
}

/** SQLite's primary result code of an error; undefined for other errors. */
function resultCodeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function isDamage(error: unknown): boolean {
  if (error instanceof ForeignFile) return true;
  const code = resultCodeOf(error);
  // The integer does not fit a JavaScript number: rc-wait writes no such value.
  return code === undefined ? errnoOf(error) === 'ERR_OUT_OF_RANGE' : !noDamage.has(code);
}

export interface DatabaseOptions {
  readonly path: string;
  readonly nowMs: () => number;
  /** prepares a file that was just opened; `lost`: it replaces one whose content is gone */
  readonly prepare: (database: Database, lost: boolean) => void;
  /** receives a sentence when the file was damaged and set aside */
  readonly onSetAside: (notice: string) => void;
}

type Value = string | number | null;

/**
 * The number of this process's connections to each file. While there is one, rc-wait must not open the file or
 * its index separately: closing that would drop the connection's locks (fcntl(2), and "How To Corrupt An SQLite
 * Database File", 2.2), and another process could remove the log while it is in use.
 */
const connections = new Map<string, number>();

/**
 * One SQLite file that processes share, in WAL mode, so that readers never block the writer. It is reopened
 * when it has been replaced.
 */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | undefined;
  #inode = 0n;
  /** the record of the last minute is gone, and no new file says so yet */
  #isLost = false;
  #busySinceMs: number | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` on an open, undamaged file. Sets a damaged or vanished file aside and starts a new one.
   * Undefined: another process holds the file at present.
   * @throws LedgerUnusable
   */
  guarded<T>(work: () => T): T | undefined {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.#openIfReplaced();
        const result = work();
        this.#busySinceMs = undefined;
        return result;
      } catch (error) {
        if (this.#isOnlyBusy(error)) return undefined;
        if (!isDamage(error) || attempt > 0) throw this.#unusable(error);
        if (!this.#isStartedAnew(error)) return undefined;
      }
    }
  }

  /** Runs `work` as one transaction that excludes all others. */
  transaction<T>(work: () => T): T {
    const db = this.#opened();
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

  exec(sql: string): void {
    this.#opened().exec(sql);
  }

  /** Runs a statement and returns the id of the row that it inserted. */
  run(sql: string, ...values: Value[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  close(): void {
    this.#statements.clear();
    if (this.#db === undefined) return;
    try {
      this.#db.close();
    } catch {
      // The file was damaged and is set aside: there is nothing to save.
    }
    this.#db = undefined;
    const { path } = this.#options;
    const left = (connections.get(path) ?? 1) - 1;
    if (left > 0) connections.set(path, left);
    else connections.delete(path);
  }

  #opened(): DatabaseSync {
    if (this.#db === undefined) throw new LedgerUnusable('the ledger is closed');
    return this.#db;
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#opened().prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #currentInode(): bigint | undefined {
    return statSync(this.#options.path, { bigint: true, throwIfNoEntry: false })?.ino;
  }

  /** Reopens a file that was replaced or deleted: otherwise this process would keep a separate account. */
  #openIfReplaced(): void {
    if (this.#db === undefined) {
      this.#open(false);
      return;
    }
    const inode = this.#currentInode();
    if (inode === this.#inode) return;
    this.close();
    this.#open(inode === undefined);
  }

  #open(lost: boolean): void {
    // Stays set until a new file records the loss: whoever opens it next must not take it for the first of this boot.
    this.#isLost ||= lost;
    const { path, prepare } = this.#options;
    // World-readable whatever the umask: other users read the last answers there, and would otherwise ask for
    // themselves.
    trustedFolder(dirname(path), 0o755);
    makeRegular(path);
    this.#inode = this.#currentInode() ?? 0n;
    if (!connections.has(path)) requireWholeLog(path);
    this.#db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    connections.set(path, (connections.get(path) ?? 0) + 1);
    try {
      // The file does not outlive the boot, so nothing is synced. The log is kept short because each opening reads it.
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 64');
      this.#requireWhole();
      prepare(this, this.#isLost);
      this.#isLost = false;
    } catch (error) {
      // Perhaps only busy: the next attempt opens it from scratch.
      this.close();
      throw error;
    }
  }

  /** Checks the pages as well: a row hidden by a flipped bit is a request that nobody counts. */
  #requireWhole(): void {
    const [row] = this.all<{ quick_check: string }>('PRAGMA quick_check(1)');
    if (row?.quick_check !== 'ok') throw new ForeignFile(row?.quick_check ?? 'it cannot be checked');
  }

  #isOnlyBusy(error: unknown): boolean {
    const code = resultCodeOf(error);
    if (code !== busy && code !== locked && code !== protocol) return false;
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

  /** Replaces a damaged file; false: another process is doing the same and holds the new one at present. */
  #isStartedAnew(damage: unknown): boolean {
    try {
      this.#setAside(damage);
      return true;
    } catch (error) {
      if (this.#isOnlyBusy(error)) return false;
      throw this.#unusable(error);
    }
  }

  #setAside(error: unknown): void {
    this.close();
    const { path, onSetAside } = this.#options;
    // Another process was quicker: its new file will do.
    if (this.#currentInode() !== this.#inode) {
      this.#open(false);
      return;
    }
    const aside = `${path}.damaged-${Date.now()}`;
    try {
      renameSync(path, aside);
      for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    } catch (cause) {
      if (errnoOf(cause) !== 'ENOENT') throw this.#unusable(cause);
    }
    onSetAside(`the ledger ${path} is damaged (${reasonOf(error)}): set aside as ${aside} and started anew`);
    this.#open(true);
  }
}

/**
 * Rows of a file that is only read: nothing is created, repaired or set aside.
 * @throws SQLite's error, or a system error
 */
export function rowsOf<Row>(path: string, sql: string): Row[] {
  requireRegular(statSync(path));
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  try {
    return db.prepare(sql).all() as Row[];
  } finally {
    db.close();
  }
}
