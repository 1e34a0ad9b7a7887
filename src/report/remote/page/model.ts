// What the page of --report computes. Runs in a browser: it imports nothing.

/** What the page holds of a wait; short, since there may be ten thousand servers. */
export interface PageData {
  /** ms since 1970 */
  readonly startedMs: number;
  readonly waitedMs: number;
  /** each server's outcome is a position in this list, the worst first */
  readonly outcomes: readonly string[];
  /** what each is called on the page */
  readonly labels: readonly string[];
  readonly reasons: readonly string[];
  /** by name, as people sort */
  readonly servers: readonly PageServer[];
}

/** One server. */
export type PageServer = readonly [
  name: string,
  id: string,
  region: string,
  outcome: number,
  /** a position in `reasons`; -1: none */
  reason: number,
  addresses: string,
  /** when its end was seen, in ms from the beginning of the wait; null: it was not */
  endedMs: number | null,
  /** how long it was deploying, in ms; null: nobody knows, because it had ended before */
  tookMs: number | null,
];

/** A server as the page uses it. */
export interface Row {
  /** its place by name */
  readonly place: number;
  readonly name: string;
  readonly id: string;
  readonly region: string;
  readonly outcome: number;
  readonly reason: string;
  readonly addresses: string;
  readonly endedMs: number | null;
  readonly tookMs: number | null;
  /** all that a search looks at, in lower case */
  readonly haystack: string;
}

/** The servers, with what a search looks at. */
export function readRows({ labels, reasons, servers }: PageData): Row[] {
  return servers.map(([name, id, region, outcome, at, addresses, endedMs, tookMs], place) => {
    const reason = reasons[at] ?? '';
    const words = [name, id, region, labels[outcome], reason, addresses];
    return {
      place,
      name,
      id,
      region,
      outcome,
      reason,
      addresses,
      endedMs,
      tookMs,
      haystack: words.join('\n').toLowerCase(),
    };
  });
}

/** Which servers are shown; each part that is undefined lets all pass. */
export interface Filter {
  /** words with spaces between them; all of them must be there */
  readonly text: string;
  readonly outcome: number | undefined;
  readonly reason: string | undefined;
  /** of a bar of the histogram */
  readonly took: Bin | undefined;
}

/** The rows that fit, in the order that they have. */
export function filterRows(rows: readonly Row[], { text, outcome, reason, took }: Filter): readonly Row[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return rows.filter(
    (row) =>
      (outcome === undefined || row.outcome === outcome) &&
      (reason === undefined || row.reason === reason) &&
      (took === undefined || (isTimed(row) && isIn(took, row.tookMs))) &&
      words.every((word) => row.haystack.includes(word)),
  );
}

/** A column that rows can be sorted by. */
export type Column = 'outcome' | 'name' | 'region' | 'addresses' | 'ended' | 'took' | 'reason';

/** The rows by a column; equal ones by name, and those without a value at the end, whatever the direction. */
export function sortRows(rows: readonly Row[], column: Column, isDescending: boolean): readonly Row[] {
  const sign = isDescending ? -1 : 1;
  const collator = new Intl.Collator('en', { numeric: true });
  const values = new Map(rows.map((row) => [row, valueIn(row, column)]));
  return [...rows].sort((a, b) => {
    const [one, other] = [values.get(a) ?? null, values.get(b) ?? null];
    if (one === null || other === null)
      return Number(one === null) - Number(other === null) || a.place - b.place;
    const order =
      typeof one === 'number' ? one - Number(other) : collator.compare(String(one), String(other));
    return sign * order || a.place - b.place;
  });
}

function valueIn(row: Row, column: Column): number | string | null {
  switch (column) {
    case 'outcome':
      return row.outcome;
    case 'name':
      return row.place;
    case 'region':
      return row.region;
    case 'addresses':
      return row.addresses === '' ? null : row.addresses;
    case 'ended':
      return row.endedMs;
    case 'took':
      return row.tookMs;
    case 'reason':
      return row.reason === '' ? null : row.reason;
  }
}

/** A bar of the histogram: from this time, and below that. */
export interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** A server of which both times are known. */
export type TimedRow = Row & { readonly endedMs: number; readonly tookMs: number };

/** Whether the server's end was seen as it came, so that its time is true. */
export function isTimed(row: Row): row is TimedRow {
  return row.endedMs !== null && row.tookMs !== null;
}

function isIn({ fromMs, toMs }: Bin, ms: number): boolean {
  return ms >= fromMs && ms < toMs;
}

/** The widths that a bar may have, in s: what people count in. */
const widthsS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400];

/** How many servers took how long, in at most `mostBins` bars of equal and round width. */
export function histogram(times: readonly number[], mostBins: number): readonly Bin[] {
  if (times.length === 0) return [];
  const least = times.reduce((a, b) => Math.min(a, b));
  const most = times.reduce((a, b) => Math.max(a, b));
  const neededS = (most - least) / 1_000 / Math.max(1, mostBins - 1);
  const widthMs = 1_000 * (widthsS.find((width) => width >= neededS) ?? Math.ceil(neededS / 86_400) * 86_400);
  const first = Math.floor(least / widthMs);
  const counts: number[] = Array.from({ length: Math.floor(most / widthMs) - first + 1 }, () => 0);
  for (const ms of times) {
    const at = Math.floor(ms / widthMs) - first;
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count, at) => ({
    fromMs: (first + at) * widthMs,
    toMs: (first + at + 1) * widthMs,
    count,
  }));
}

/** How many had ended at which moment, in at most `mostSteps` steps, the last one included. */
export function growth(
  times: readonly number[],
  mostSteps: number,
): readonly (readonly [ms: number, count: number])[] {
  const sorted = [...times].sort((a, b) => a - b);
  const every = Math.max(1, Math.ceil(sorted.length / mostSteps));
  return sorted
    .map((ms, at) => [ms, at + 1] as const)
    .filter(([, count]) => count % every === 0 || count === sorted.length);
}

/** Servers with the same outcome and the same reason. */
export interface Group {
  readonly outcome: number;
  readonly reason: string;
  readonly names: readonly string[];
}

/** Whoever is not deployed, by reason: the worst outcome first, of these the most frequent reason. */
export function groupReasons(rows: readonly Row[], deployed: number): readonly Group[] {
  const groups = new Map<string, { outcome: number; reason: string; names: string[] }>();
  for (const { outcome, reason, name } of rows) {
    if (outcome === deployed) continue;
    const key = `${outcome} ${reason}`;
    const group = groups.get(key) ?? { outcome, reason, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => a.outcome - b.outcome || b.names.length - a.names.length);
}

/** `850 ms`, `14 s`, `1 min 12 s`, `2 h 5 min`, `3 d 2 h`. */
export function spanText(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.ceil(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const at = units.findIndex(([size]) => seconds >= size);
  if (at < 0) return '0 s';
  const parts = units.slice(at, at + 2).map(([size, unit], index) => {
    const amount = Math.floor((index === 0 ? seconds : seconds % (units[at]?.[0] ?? 1)) / size);
    return amount === 0 ? '' : `${amount} ${unit}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}
