import type { FaultAction, Operation } from './types.ts';

/** The facts about a request at its arrival. Times are on the simulator's clock, in ms. */
interface Arrived {
  readonly atMs: number;
  readonly source: string;
  readonly method: string;
  /** with its query */
  readonly path: string;
  /** undefined: not one of the four operations */
  readonly operation: Operation | undefined;
  /** the requested format, in lower case; undefined: none was named */
  readonly format: string | undefined;
}

/** The decision about a request. */
interface Decided {
  /** when the quota counted it: later than `atMs` if the scenario counts at the answer */
  readonly countedMs: number;
  readonly status: number;
  /** refused because of the quota */
  readonly refused: boolean;
  readonly fault: FaultAction['kind'] | undefined;
}

/** One request. `answeredMs` is when the last byte was sent, and missing until then. */
export type LogEntry = Arrived & Partial<Decided> & { readonly answeredMs?: number };

/** The totals of one source. */
export interface Summary {
  readonly requests: number;
  /** of these, refused because of the quota */
  readonly refused: number;
  /** the most requests counted in any 60 s, including refused ones */
  readonly maxIn60s: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

const minuteMs = 60_000;
/** The oldest entries are dropped: a simulator left running for a week must not fill the memory. */
const longestLog = 100_000;

interface Tally {
  requests: number;
  refused: number;
  maxIn60s: number;
  readonly byStatus: Record<string, number>;
  /** the requests counted in the last minute, oldest first */
  readonly recentMs: number[];
}

/** The log of all requests, with totals for each source that outlive the entries. */
export interface RequestLog {
  readonly entries: readonly LogEntry[];
  readonly sources: Iterable<string>;
  /** logs a request; the returned functions complete its entry */
  add(arrived: Arrived): { decided(decided: Decided): void; answered(answeredMs: number): void };
  /** the totals of one source; all zero if it has not asked */
  summary(source: string): Summary;
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  const entries: LogEntry[] = [];
  const tallies = new Map<string, Tally>();
  return {
    entries,
    get sources() {
      return tallies.keys();
    },
    add(arrived) {
      if (entries.length >= longestLog) entries.splice(0, longestLog / 10);
      const entry: LogEntry = { ...arrived };
      entries.push(entry);
      const tally = tallies.get(arrived.source) ?? emptyTally();
      tallies.set(arrived.source, tally);
      tally.requests += 1;
      return {
        decided(decided) {
          Object.assign(entry, decided);
          countDecided(tally, decided);
        },
        answered(answeredMs) {
          Object.assign(entry, { answeredMs });
        },
      };
    },
    summary(source) {
      const { requests, refused, maxIn60s, byStatus } = tallies.get(source) ?? emptyTally();
      return { requests, refused, maxIn60s, byStatus: { ...byStatus } };
    },
  };
}

function emptyTally(): Tally {
  return { requests: 0, refused: 0, maxIn60s: 0, byStatus: {}, recentMs: [] };
}

function countDecided(tally: Tally, { countedMs, status, refused }: Decided): void {
  tally.recentMs.push(countedMs);
  // Two requests exactly 60 s apart are not in the same minute.
  while (tally.recentMs[0] !== undefined && countedMs - tally.recentMs[0] >= minuteMs) tally.recentMs.shift();
  tally.maxIn60s = Math.max(tally.maxIn60s, tally.recentMs.length);
  if (refused) tally.refused += 1;
  tally.byStatus[status] = (tally.byStatus[status] ?? 0) + 1;
}
