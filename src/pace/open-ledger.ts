import { existsSync, lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { reasonOf } from '../base/error.ts';
import { trustedFolder } from '../base/files.ts';
import { remoteTypeOf } from '../system/remote-mounts.ts';
import {
  type AccountStep,
  answerFor,
  type Ledger,
  MemoryLedger,
  type Settlement,
  type SlotRequest,
  type StoredAnswer,
} from './account.ts';
import { LedgerUnusable } from './database.ts';
import { readPublished } from './last-answers.ts';
import { SqliteLedger } from './ledger.ts';
import { ServerShare } from './share.ts';
import { type Limits, sharedLimits, unsharedLimits, windowMs } from './window.ts';

export interface OpenOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly requestTimeoutMs: number;
  /** the source address of requests, for the count over all ledgers of this server; left out: no such count */
  readonly source?: () => string;
  /** the default folder of root's ledger; left out: /run/rc-wait */
  readonly rootDirectory?: string;
  /** for tests */
  readonly remoteType?: typeof remoteTypeOf;
  /** receives sentences about the ledger for the user */
  readonly onNotice: (notice: string) => void;
}

/** Opens the ledger in `directory`. If it cannot be used, says so and continues with one request every 10 s. */
export function openLedger(options: OpenOptions): Ledger {
  const { directory, rootDirectory, onNotice, remoteType = remoteTypeOf } = options;
  const folder = ledgerFolder(directory, rootDirectory, remoteType);
  if (folder !== directory)
    onNotice(
      `${directory} is on a file system that may stop answering (${remoteType(directory)}): the ledger is kept in ${folder}`,
    );
  return new FallbackLedger({ ...options, directory: folder });
}

/**
 * Where the ledger of a state directory is. On NFS, FUSE and the like it is kept on this server, where there is such a
 * folder: nothing bounds what SQLite does on a mount that dies, and its WAL mode is for one host
 * (https://www.sqlite.org/wal.html, "does not work over a network filesystem").
 */
export function ledgerFolder(
  directory: string,
  rootDirectory = defaultDirectory,
  remoteType = remoteTypeOf,
): string {
  if (remoteType(directory) === undefined) return directory;
  try {
    const folder = process.geteuid?.() === 0 ? rootDirectory : ownDirectory();
    return remoteType(folder) === undefined ? folder : directory;
  } catch (error) {
    if (error instanceof LedgerUnusable) return directory;
    throw error;
  }
}

/**
 * A ledger that always works: the shared one; if that cannot be written (not root, a full or read-only disk),
 * one of this user; if that cannot be written either, one in memory. The last two make one request every 10 s,
 * because nobody sees what the others ask, and still use the answers that root published.
 */
class FallbackLedger implements Ledger {
  readonly #options: OpenOptions;
  #current: Ledger;
  #shared = true;
  /** what was said of the count of all ledgers: the second ledger has the same trouble with it */
  readonly #said = new Set<string>();

  constructor(options: OpenOptions) {
    this.#options = options;
    try {
      const limits = isGuest(options) ? unsharedLimits : sharedLimits;
      if (limits === unsharedLimits)
        options.onNotice(
          'rc-wait of root has been at work on this server, and other users cannot see its count of requests: ' +
            'so one request is made every 10 s. Run as root to share it',
        );
      this.#current = this.#sqlite(options.directory, limits);
    } catch (error) {
      this.#current = this.#fallBack(error);
    }
  }

  get limits(): Limits {
    return this.#current.limits;
  }

  approach(approach: SlotRequest): AccountStep {
    if (!this.#shared) {
      const published = this.#published(approach.key);
      const answer = answerFor(published, approach, windowMs);
      if (answer !== undefined) return { kind: 'answered', answer };
      // The process that published this is running, and asks more often than this one may.
      const untilMs = (published?.askedMs ?? Number.NEGATIVE_INFINITY) + unsharedLimits.paceMs;
      if (untilMs > approach.nowMs) return { kind: 'delayed', delay: { because: 'pace', untilMs } };
    }
    return this.#try((ledger) => ledger.approach(approach));
  }

  /** The answer published by root. One with a time in the future is damaged and would stop this wait for ever. */
  #published(key: string): StoredAnswer | undefined {
    const published = readPublished(this.#options.directory).get(key);
    return published !== undefined && published.askedMs <= this.#options.clock.nowMs()
      ? published
      : undefined;
  }

  settle(settlement: Settlement): void {
    this.#try((ledger) => ledger.settle(settlement));
  }

  changed(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#current.changed(ms, signal);
  }

  noteWatch(nowMs: number): void {
    this.#try((ledger) => ledger.noteWatch(nowMs));
  }

  isWatched(nowMs: number): boolean {
    return this.#try((ledger) => ledger.isWatched(nowMs));
  }

  close(): void {
    this.#current.close();
  }

  #try<T>(work: (ledger: Ledger) => T): T {
    // Each failure falls back one step, and the last step cannot fail.
    for (;;) {
      try {
        return work(this.#current);
      } catch (error) {
        if (!(error instanceof LedgerUnusable)) throw error;
        this.#current = this.#fallBack(error);
      }
    }
  }

  #fallBack(error: unknown): Ledger {
    if (!(error instanceof LedgerUnusable)) throw error;
    if (this.#shared) {
      this.#shared = false;
      const why = reasonOf(error.cause ?? error);
      this.#options.onNotice(
        `cannot use the ledger in ${this.#options.directory}: ${why}; ` +
          'other rc-wait processes are not visible: making one request every 10 s. ' +
          (process.geteuid?.() === 0
            ? 'Name another directory with --state-dir'
            : 'Run as root, or name a directory of your own with --state-dir'),
      );
      try {
        return this.#sqlite(ownDirectory(), unsharedLimits);
      } catch (cause) {
        if (!(cause instanceof LedgerUnusable)) throw cause;
      }
    }
    const { clock, random } = this.#options;
    return new MemoryLedger({ limits: unsharedLimits, random, sleep: clock.sleep });
  }

  #sqlite(directory: string, limits: Limits): Ledger {
    const { clock, random, requestTimeoutMs, onNotice } = this.#options;
    const { sleep } = clock;
    return new SqliteLedger({
      directory,
      limits,
      random,
      requestTimeoutMs,
      onNotice,
      sleep,
      nowMs: clock.nowMs,
      share: this.#share(),
    });
  }

  #share(): ServerShare | undefined {
    const { source, clock, requestTimeoutMs, rootDirectory = defaultDirectory } = this.#options;
    if (source === undefined) return undefined;
    const onNotice = (notice: string): void => {
      if (!this.#said.has(notice)) this.#options.onNotice(notice);
      this.#said.add(notice);
    };
    try {
      const directory = process.geteuid?.() === 0 ? rootDirectory : ownDirectory();
      return new ServerShare({ directory, source, nowMs: clock.nowMs, requestTimeoutMs, onNotice });
    } catch (error) {
      if (error instanceof LedgerUnusable) return undefined;
      throw error;
    }
  }
}

/** The default folder of root's ledger: RuntimeDirectory= of rc-wait.service. */
const defaultDirectory = '/run/rc-wait';

/** What root's rc-wait leaves in its folder: the second alone where it has another state directory (`ServerShare`). */
const leftByRoot = ['ledger.db', 'requests.db'];

/** Whether root's rc-wait has run on this server since it booted, and this process is not root's. */
function isGuest({ source, rootDirectory = defaultDirectory }: OpenOptions): boolean {
  if (source === undefined || process.geteuid?.() === 0) return false;
  return leftByRoot.some((name) => existsSync(join(rootDirectory, name)));
}

/**
 * A folder that belongs to this user alone, so that the user's own processes keep the pace together. In a
 * world-writable directory somebody else could have created it first: then it is not used.
 *
 * @throws LedgerUnusable
 */
function ownDirectory(): string {
  const uid = process.getuid?.() ?? 0;
  const runtime = process.env.XDG_RUNTIME_DIR;
  const path = runtime ? join(runtime, 'rc-wait') : join(tmpdir(), `rc-wait-${uid}`);
  try {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    if (isLink) throw new Error('it is a symbolic link');
    trustedFolder(path, 0o700);
    return path;
  } catch (cause) {
    throw new LedgerUnusable(`cannot use ${path}`, { cause });
  }
}
