import type { KnownWait } from '../../history/state.ts';
import { wrap } from '../screen/text.ts';
import { clean, elapsed, padded, widthOf } from '../words.ts';

/** One line for each wait, the newest last; a sentence for each where the terminal is too narrow for that. */
export function humanHistory(waits: readonly KnownWait[], columns: number): string {
  const table = waits.length === 0 ? [] : tableOf(waits);
  if (waits.length > 0 && table.every((line) => widthOf(line) <= columns)) return `${table.join('\n')}\n`;
  const sentences = waits.length === 0 ? ['no wait is recorded'] : waits.map(sentenceOf);
  return `${sentences.flatMap((one) => wrap(one, columns)).join('\n')}\n`;
}

function tableOf(waits: readonly KnownWait[]): readonly string[] {
  const head = { number: 'N', began: 'BEGAN', took: 'TOOK', end: 'END' };
  const rows = [head, ...waits.map(cellsOf)];
  const widest = (column: keyof typeof head): number => Math.max(...rows.map((row) => widthOf(row[column])));
  const [numbers, beginnings, times] = [widest('number'), widest('began'), widest('took')];
  return rows.map(({ number, began, took, end }) =>
    [number.padStart(numbers), padded(began, beginnings), padded(took, times), end].join('  '),
  );
}

function cellsOf(wait: KnownWait) {
  return {
    number: String(wait.record.number),
    began: clean(wait.record.started_at),
    took: elapsed(wait.tookMs),
    end: endWords(wait),
  };
}

function sentenceOf(wait: KnownWait): string {
  const { number, began, took, end } = cellsOf(wait);
  return `${number}: ${end}, took ${took}, began ${began}`;
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
