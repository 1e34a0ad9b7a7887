import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { bootId } from '../system/boot.ts';
import { isAlive, type Owner, thisOwner } from '../system/process-identity.ts';
import {
  type AccountStep,
  answerFor,
  backoffAfter,
  decide,
  isWatchedAt,
  type Ledger,
  type RequestAccount,
  type Settlement,
  type SlotRequest,
  type StoredAnswer,
  unaccounted,
} from './account.ts';
import { type Backoff, calm } from './backoff.ts';
import { busyTimeoutMs, Database } from './database.ts';
import { ForeignFile } from './database-file.ts';
import { publish, publishedName } from './last-answers.ts';
import { type AnswerRow, type BackoffRow, type SlotRow, schema, schemaVersion } from './ledger-schema.ts';
import { isPossibleAnswer, isPossibleBackoff, isPossibleSlot } from './possible.ts';
import type { ServerShare } from './share.ts';
import { Wakeup } from './wakeup.ts';
import { type Limits, type Slot, settledSlot } from './window.ts';

/** Its row in `answers` says when a watch was last known to work. No question has such a key. */
const watchKey = 'watch';

/** How often a waiting process looks when the kernel does not wake it, in ms. */
const pollMs = 250;

export interface SqliteLedgerOptions {
  readonly directory: string;
  readonly limits: Limits;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly requestTimeoutMs: number;
  /** receives a sentence when the ledger was damaged and set aside */
  readonly onNotice: (notice: string) => void;
  /** the count over all ledgers of this server; left out: there is only this ledger */
  readonly share?: ServerShare | undefined;
  /** for tests */
  readonly isAlive?: (owner: Owner) => boolean;
}

/**
 * The ledger that all processes of this server share.
 *
 * Only its owner may open the file (0600). Whoever can open a file for reading can lock it (fcntl(2)), and
 * SQLite uses such locks: any user could stop a ledger that every user may read. Other users read the answers
 * published beside it.
 */
export class SqliteLedger implements Ledger {
  readonly limits: Limits;
  readonly #options: SqliteLedgerOptions;
  readonly #db: Database;
  readonly #wakeup: Wakeup;
  readonly #owner = thisOwner();
  #watcher: FSWatcher | undefined;

  /** @throws LedgerUnusable when the directory or the file cannot be written */
  constructor(options: SqliteLedgerOptions) {
    this.limits = options.limits;
    this.#options = options;
    this.#wakeup = new Wakeup(options.sleep);
    this.#db = new Database({
      path: join(options.directory, 'ledger.db'),
      nowMs: options.nowMs,
      prepare: (db, lost) => this.#prepare(db, lost),
      onSetAside: (notice) =>
        options.onNotice(
          `${notice}; the requests of the last minute are unknown, so no request is made for the next minute`,
        ),
    });
    this.#db.guarded(() => undefined);
  }

  approach(approach: SlotRequest): AccountStep {
    const step = this.#db.guarded(() => {
      // Most looks end here, without a lock.
      const look = this.#decide(approach);
      if (look.kind !== 'granted') return look;
      return this.#db.transaction(() => this.#grant(approach));
    });
    const retryAtMs = approach.nowMs + busyTimeoutMs;
    return step ?? { kind: 'delayed', delay: { because: 'in-flight', untilMs: retryAtMs } };
  }

  settle(settlement: Settlement): void {
    const { outcome, slotId, nowMs } = settlement;
    this.#options.share?.settle(slotId, nowMs);
    const write = (): true => this.#db.transaction(() => this.#write(settlement));
    // If this fails, the slot only counts for longer, but the other processes lose the answer.
    for (let attempt = 0; attempt < 8 && this.#db.guarded(write) === undefined; attempt += 1);
    if (outcome !== undefined) this.#publish();
  }

  async changed(ms: number, signal?: AbortSignal): Promise<void> {
    // Not on the first call: something may have been published just before the watch started.
    const wasWatching = this.#watcher !== undefined;
    const isWoken = this.#watch() && wasWatching;
    await this.#wakeup.wait(isWoken ? ms : Math.min(ms, pollMs), signal);
  }

  noteWatch(nowMs: number): void {
    // If the database is busy, the next time is soon enough: without it polls are only less rare.
    this.#db.guarded(() =>
      this.#db.run('INSERT OR REPLACE INTO answers VALUES (?, ?, ?)', watchKey, nowMs, ''),
    );
  }

  isWatched(nowMs: number): boolean {
    return isWatchedAt(this.#db.guarded(() => this.#answer(watchKey, nowMs))?.askedMs, nowMs);
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#db.close();
    this.#options.share?.close();
  }

  #prepare(db: Database, lost: boolean): void {
    if (!this.#isPrepared(db)) db.transaction(() => this.#prepareAlone(db, lost));
  }

  #isPrepared(db: Database): boolean {
    const [version] = db.all<{ user_version: number }>('PRAGMA user_version');
    if (version === undefined || version.user_version === 0) return false;
    if (version.user_version !== schemaVersion) {
      throw new ForeignFile(`its schema is version ${version.user_version}, not ${schemaVersion}`);
    }
    const [row] = db.all<BackoffRow>('SELECT * FROM backoff');
    if (row === undefined) throw new ForeignFile('the row of the backoff is missing');
    const boot = bootId();
    if (row.boot !== boot && isNearly(row.boot, boot))
      throw new ForeignFile('the name of its boot is damaged');
    return row.boot === boot;
  }

  #prepareAlone(db: Database, lost: boolean): void {
    if (this.#isPrepared(db)) return;
    const [version] = db.all<{ user_version: number }>('PRAGMA user_version');
    const fresh = version?.user_version === 0;
    if (fresh) db.exec(schema);
    // Otherwise it is the ledger of an earlier boot, in a directory that outlives boots: its clock is another one.
    db.run('DELETE FROM slots');
    db.run('DELETE FROM answers');
    this.#saveBackoff(db, calm(this.limits.paceMs));
    if (!lost || !fresh) return;
    const { nowMs, requestTimeoutMs } = this.#options;
    for (const slot of unaccounted(this.limits, nowMs(), requestTimeoutMs)) this.#insertSlot(db, slot);
  }

  #decide(approach: SlotRequest): ReturnType<typeof decide> {
    const backoff = this.#backoff(approach.nowMs);
    const answer = this.#answer(approach.key, approach.nowMs);
    const stored = answerFor(answer, approach, Math.max(backoff.paceMs, this.limits.paceMs));
    if (stored !== undefined) return { kind: 'answered', answer: stored };
    const watchedMs = this.#answer(watchKey, approach.nowMs)?.askedMs;
    return decide({ slots: this.#slots(approach.nowMs), backoff, answer, watchedMs }, approach, this.limits);
  }

  #grant(approach: SlotRequest): AccountStep {
    const step = this.#decide(approach);
    if (step.kind !== 'granted') return step;
    const share = this.#options.share?.take(approach);
    if (share?.kind === 'full')
      return { kind: 'delayed', delay: { because: 'window', untilMs: share.untilMs } };
    this.#db.run('DELETE FROM slots WHERE counts_until_ms <= ?', approach.nowMs);
    const slotId = this.#insertSlot(this.#db, step.slot);
    if (share !== undefined) this.#options.share?.remember(slotId, share.id);
    return { kind: 'granted', slotId, takenMs: step.slot.takenMs };
  }

  #write(settlement: Settlement): true {
    const { slotId, key, takenMs, outcome } = settlement;
    this.#db.run('DELETE FROM slots WHERE id = ? AND taken_ms = ?', slotId, takenMs);
    this.#insertSlot(this.#db, settledSlot(settlement));
    if (outcome === undefined) return true;
    this.#db.run('INSERT OR REPLACE INTO answers VALUES (?, ?, ?)', key, takenMs, outcome.record);
    const backoff = this.#backoff(settlement.nowMs);
    this.#saveBackoff(this.#db, backoffAfter(backoff, settlement, this.limits, this.#options.random));
    return true;
  }

  #slots(nowMs: number): RequestAccount['slots'] {
    const alive = this.#options.isAlive ?? isAlive;
    const rows = this.#db.all<SlotRow>('SELECT * FROM slots');
    const latestMs = this.#latestMs(nowMs);
    return rows
      .map((row) => {
        const {
          id,
          key,
          taken_ms: takenMs,
          counts_until_ms: countsUntilMs,
          open_until_ms: openUntilMs,
        } = row;
        const slot = { id, key, takenMs, countsUntilMs, openUntilMs: openUntilMs ?? undefined };
        if (!isPossibleSlot(slot, latestMs, this.#options.requestTimeoutMs))
          throw new ForeignFile('a request has a time that cannot be');
        // A look at a process reads /proc: 29 of them with each poll were a sixth of what a wait computes.
        const isOver = openUntilMs === null || openUntilMs <= nowMs;
        return isOver || alive(row) ? slot : { ...slot, openUntilMs: undefined };
      })
      .filter(({ countsUntilMs }) => countsUntilMs > nowMs);
  }

  #answer(key: string, nowMs: number): StoredAnswer | undefined {
    const [row] = this.#db.all<AnswerRow>('SELECT * FROM answers WHERE key = ?', key);
    const answer = row && { askedMs: row.asked_ms, record: row.record };
    if (answer === undefined || isPossibleAnswer(answer, this.#latestMs(nowMs))) return answer;
    throw new ForeignFile('an answer has a time that cannot be');
  }

  /** The present, read after the rows: another process may have written one since `nowMs`. */
  #latestMs(nowMs: number): number {
    return Math.max(nowMs, this.#options.nowMs());
  }

  #backoff(nowMs: number): Backoff {
    const [row] = this.#db.all<BackoffRow>('SELECT * FROM backoff');
    if (row === undefined) throw new ForeignFile('the row of the backoff is missing');
    const {
      refusals,
      refusal_level: refusalLevel,
      failures,
      not_before_ms: notBeforeMs,
      pace_ms: paceMs,
    } = row;
    const backoff = { refusals, refusalLevel, failures, notBeforeMs, paceMs };
    if (isPossibleBackoff(backoff, this.#latestMs(nowMs))) return backoff;
    throw new ForeignFile('the backoff is one that cannot be');
  }

  #saveBackoff(db: Database, { refusals, refusalLevel, failures, notBeforeMs, paceMs }: Backoff): void {
    const sql = 'INSERT OR REPLACE INTO backoff VALUES (1, ?, ?, ?, ?, ?, ?)';
    db.run(sql, bootId(), refusals, refusalLevel, failures, notBeforeMs, paceMs);
  }

  #insertSlot(db: Database, { key, takenMs, countsUntilMs, openUntilMs }: Slot): number {
    const sql =
      'INSERT INTO slots (key, taken_ms, counts_until_ms, open_until_ms, pid, started) VALUES (?, ?, ?, ?, ?, ?)';
    return db.run(
      sql,
      key,
      takenMs,
      countsUntilMs,
      openUntilMs ?? null,
      this.#owner.pid,
      this.#owner.started,
    );
  }

  /** Publishes the last answers for waiting processes, and for users who may not open the ledger. */
  #publish(): void {
    const sql = 'SELECT * FROM answers WHERE key <> ?';
    const rows = this.#db.guarded(() => this.#db.all<AnswerRow>(sql, watchKey)) ?? [];
    publish(
      this.#options.directory,
      new Map(rows.map(({ key, asked_ms: askedMs, record }) => [key, { askedMs, record }] as const)),
    );
  }

  /** Whether the kernel reports new answers: inotify(7) watches can run out. */
  #watch(): boolean {
    if (this.#watcher !== undefined) return true;
    try {
      this.#watcher = watch(this.#options.directory, { persistent: false }, (_event, name) => {
        if (name === publishedName) this.#wakeup.ring();
      });
    } catch {
      return false;
    }
    this.#watcher.on('error', () => {
      this.#watcher?.close();
      this.#watcher = undefined;
    });
    return true;
  }
}

/**
 * Whether a text is the other one with a few characters changed, added or lost; two boot ids have hardly a
 * character in common.
 */
function isNearly(text: string, other: string): boolean {
  const same = [...text].filter((character, index) => character === other[index]).length;
  return same > other.length / 2;
}
