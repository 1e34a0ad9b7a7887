import type { KnownWait } from '../../history/state.ts';
import { isTaskOver, stageOf } from '../../rackconnect/task-stage.ts';
import { shortNames } from '../screen/task-lines.ts';
import { clean, count, elapsed, requestsMade } from '../words.ts';

/** What a bar shows. */
export type BarKind =
  | 'wait'
  | 'killed'
  | 'task'
  | 'task-failed'
  | 'usable'
  | 'refused'
  | 'failed'
  | 'network';

/** A bar of a lane, in ms from the left edge of the chart. */
export interface Bar {
  readonly kind: BarKind;
  readonly fromMs: number;
  readonly toMs: number;
  /** what it shows, for a person */
  readonly words: string;
}

export interface Lane {
  readonly group: 'wait' | 'tasks' | 'requests' | 'network';
  readonly name: string;
  /** how it ended or how long it took, in a few words */
  readonly note: string;
  readonly bars: readonly Bar[];
}

/** A wait as lanes over time, for text and for SVG. */
export interface Chart {
  /** sentences above the lanes */
  readonly title: string;
  readonly subtitles: readonly string[];
  readonly totalMs: number;
  readonly lanes: readonly Lane[];
}

/** A wait with its place on the time axis. */
interface Placed extends KnownWait {
  readonly fromMs: number;
}

/** A chart of one wait, with those before it that were killed. @param waits the oldest first; at least one */
export function chartOf(waits: readonly [KnownWait, ...KnownWait[]]): Chart {
  const beganMs = waits[0].record.started_boot_ms;
  const placed = waits.map((wait) => ({ ...wait, fromMs: wait.record.started_boot_ms - beganMs }));
  const last = waits.at(-1) ?? waits[0];
  const { record } = last;
  return {
    title: `wait ${record.number}, begun ${clean(record.started_at)}: ${outcomeWords(last)}`,
    subtitles: [
      ...(record.end === null ? [] : [clean(record.end.message)]),
      ...waits.slice(0, -1).map((one) => restartWords(one, record.number)),
      ...(record.statuses.length === 0
        ? []
        : [record.statuses.map(({ status, at_ms }) => `${clean(status)} at ${elapsed(at_ms)}`).join(', ')]),
      requestsMade(record.requests),
    ],
    totalMs: Math.max(1, ...placed.map(({ fromMs, tookMs }) => fromMs + tookMs)),
    lanes: [...waitLane(placed), ...taskLanes(placed), ...answerLane(placed), ...networkLanes(placed)],
  };
}

/** How a wait ended, in a few words. */
function outcomeWords({ record: { end }, state, tookMs }: KnownWait): string {
  const took = elapsed(tookMs);
  switch (state) {
    case 'ended':
      return end === null
        ? ''
        : `${clean(end.outcome ?? end.error ?? 'error')} after ${took} (exit status ${end.exit})`;
    case 'running':
      return `still running, for ${took}`;
    case 'killed':
      return `killed; it left no end, and its last sign of life after ${took}`;
    case 'server-down':
      return `cut off by the end of its boot; its last sign of life was after ${took}`;
  }
}

function restartWords({ record, tookMs }: KnownWait, next: number): string {
  return `wait ${record.number} was killed after ${elapsed(tookMs)}, and ${next} went on`;
}

function waitLane(waits: readonly Placed[]): Lane[] {
  const bars = waits.flatMap(({ record, state, fromMs, tookMs }): Bar[] => {
    const words = `wait ${record.number}: ${elapsed(tookMs)}`;
    const bar: Bar = { kind: 'wait', fromMs, toMs: fromMs + tookMs, words };
    const killed: Bar = {
      kind: 'killed',
      fromMs: bar.toMs,
      toMs: bar.toMs,
      words: `wait ${record.number} was killed`,
    };
    return state === 'killed' || state === 'server-down' ? [bar, killed] : [bar];
  });
  const last = waits.at(-1);
  return [{ group: 'wait', name: 'wait', note: last === undefined ? '' : last.state, bars }];
}

/** A lane for each task, over all waits of the chart. Two tasks of one name are told apart by their order. */
function taskLanes(waits: readonly Placed[]): Lane[] {
  const lanes = new Map<string, Lane>();
  const short = shortNames(waits.flatMap(({ record }) => record.tasks));
  for (const { record, fromMs } of waits) {
    const seen = new Map<string, number>();
    for (const task of record.tasks) {
      const nth = (seen.get(task.name) ?? 0) + 1;
      seen.set(task.name, nth);
      const status = task.changes.at(-1)?.status ?? '';
      const toMs = task.ended_ms ?? task.last_seen_ms;
      const took = elapsed(toMs - task.first_seen_ms);
      const isOver = isTaskOver(status);
      const kind = stageOf(status) === 'failed' ? 'task-failed' : 'task';
      const words = `${clean(task.name)}: ${clean(status)}, ${isOver ? 'took' : 'not over after'} ${took}`;
      const bar: Bar = { kind, fromMs: fromMs + task.first_seen_ms, toMs: fromMs + toMs, words };
      const key = `${nth} ${task.name}`;
      const bars = [...(lanes.get(key)?.bars ?? []), bar];
      lanes.set(key, { group: 'tasks', name: short(task.name), note: `${took} ${clean(status)}`, bars });
    }
  }
  return [...lanes.values()];
}

function answerLane(waits: readonly Placed[]): Lane[] {
  const bars = waits.flatMap(({ record, fromMs }) =>
    record.answers.map(({ from_ms, to_ms, usable, refused, failed, why }): Bar => {
      const kind = refused > failed ? 'refused' : failed > 0 ? 'failed' : 'usable';
      const parts = [
        ...(usable > 0 ? [count(usable, 'usable answer')] : []),
        ...(refused > 0 ? [`refused ${count(refused, 'time')}`] : []),
        ...(failed > 0 ? [`no usable answer ${count(failed, 'time')}`] : []),
        ...(why === null ? [] : [clean(why)]),
      ];
      return { kind, fromMs: fromMs + from_ms, toMs: fromMs + to_ms, words: parts.join('; ') };
    }),
  );
  const answers = waits.flatMap(({ record }) => record.answers);
  const bad = answers.reduce((sum, { refused, failed }) => sum + refused + failed, 0);
  const all = answers.reduce((sum, { usable }) => sum + usable, bad);
  const note = bad === 0 ? count(all, 'answer') : `${bad} of ${all} bad`;
  return bars.length === 0 ? [] : [{ group: 'requests', name: 'answers', note, bars }];
}

function networkLanes(waits: readonly Placed[]): Lane[] {
  const lanes = waits.flatMap(({ record, fromMs }) =>
    record.network.map(({ part, from_ms, to_ms }): Lane => {
      const took = elapsed(to_ms - from_ms);
      const name = `network: ${clean(part)}`;
      const bar: Bar = {
        kind: 'network',
        fromMs: fromMs + from_ms,
        toMs: fromMs + to_ms,
        words: `${name}, ${took}`,
      };
      return { group: 'network', name, note: took, bars: [bar] };
    }),
  );
  return lanes;
}
