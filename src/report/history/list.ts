import type { KnownWait } from '../../history/state.ts';
import { clean, cut, elapsed } from '../words.ts';

/** One line for each wait, the newest last. */
export function humanHistory(waits: readonly KnownWait[], columns: number): string {
  if (waits.length === 0) return 'no wait is recorded\n';
  const rows = waits.map((wait) => [
    String(wait.record.number),
    clean(wait.record.started_at),
    elapsed(wait.tookMs),
    endWords(wait),
  ]);
  const head = ['N', 'BEGAN', 'TOOK', 'END'];
  const widths = head.map((word, index) =>
    Math.max(word.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const lines = [head, ...rows].map((row) =>
    row
      .map((cell, index) =>
        index === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(index < 3 ? (widths[index] ?? 0) : 0),
      )
      .join('  '),
  );
  return `${lines.map((line) => cut(line, columns)).join('\n')}\n`;
}

function endWords({ record: { end }, state }: KnownWait): string {
  switch (state) {
    case 'ended':
      return end === null ? '' : `${clean(end.outcome ?? end.error ?? 'error')} (${end.exit})`;
    case 'running':
      return 'still running';
    case 'killed':
      return 'killed';
    case 'server-down':
      return 'cut off by the end of its boot';
  }
}

/** The document of `rc-wait history --output json`, `docs/schema/history-v1.json`. */
export function historyDocument(waits: readonly KnownWait[]): object {
  return {
    schema: 'rc-wait/history/v1',
    waits: waits.map(({ record, state, tookMs }) => ({
      number: record.number,
      state,
      started_at: record.started_at,
      ended_at: record.end?.ended_at ?? null,
      took_ms: Math.round(tookMs),
      outcome: record.end?.outcome ?? null,
      exit: record.end?.exit ?? null,
      message: record.end?.message ?? null,
      automation_status: record.statuses.at(-1)?.status ?? null,
      requests: record.requests,
    })),
  };
}
