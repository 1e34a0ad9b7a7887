import { formatDuration } from '../../base/duration.ts';
import { stageOf, type TaskStage } from '../../rackconnect/task-stage.ts';
import type { Task } from '../../rackconnect/types.ts';
import { elapsed } from '../words.ts';

/** The two looks between which something happened; times on the clock, in ms. */
interface Between {
  /** undefined: it had happened at the first look already */
  readonly afterMs: number | undefined;
  readonly byMs: number;
}

/** A task with what was seen of it. */
export interface TimedTask extends Task {
  readonly stage: TaskStage;
  readonly firstSeenMs: number;
  /** when it left the stage `waiting`; undefined: it has not */
  readonly began: Between | undefined;
  /** when it ended, well or not; undefined: it has not */
  readonly ended: Between | undefined;
}

/**
 * The tasks at a look, with what earlier looks saw of them. Tasks are told apart by name; of several with the same
 * name the first is the first.
 * @param beforeMs the look before; undefined: there was none
 */
export function followTasks(
  before: readonly TimedTask[],
  tasks: readonly Task[],
  nowMs: number,
  beforeMs: number | undefined,
): readonly TimedTask[] {
  const earlier = Map.groupBy(before, ({ name }) => name);
  return tasks.map(({ name, status }) => {
    const known = earlier.get(name)?.shift();
    const stage = stageOf(status);
    const now: Between = { afterMs: beforeMs, byMs: nowMs };
    // A task that has begun again is another one.
    const began = isOver(known?.stage) && !isOver(stage) ? undefined : known?.began;
    return {
      name,
      status,
      stage,
      firstSeenMs: known?.firstSeenMs ?? nowMs,
      began: stage === 'waiting' ? undefined : (began ?? now),
      ended: isOver(stage) ? (isOver(known?.stage) ? known?.ended : now) : undefined,
    };
  });
}

const isOver = (stage: TaskStage | undefined): boolean => stage === 'ended' || stage === 'failed';

/** How long a task runs or took, in words that claim no more than was seen; undefined: it has not begun. */
export function timeOf({ began, ended }: TimedTask, nowMs: number): string | undefined {
  if (began === undefined) return undefined;
  const over = began.afterMs === undefined ? 'over ' : '';
  const ms = Math.max((ended?.byMs ?? nowMs) - began.byMs, 0);
  if (ended === undefined) return `for ${over}${elapsed(ms)}`;
  if (ended.afterMs === undefined) return 'ended before the first look';
  // It began and ended between two looks.
  if (ended.byMs === began.byMs) return `took ${formatDuration(ended.byMs - ended.afterMs)} at most`;
  return `took ${over}${elapsed(ms)}`;
}
