/** How far a task of the automation has come. */
export type TaskStage = 'waiting' | 'running' | 'failed' | 'ended';

/** Statuses of an ended task. No list is published, so only the plainest count. */
const ended = /^(complete|completed|done|deployed|success|succeeded|finished|ok|skipped)$/i;

/** Statuses of a task that has not begun. */
const waiting = /^(pending|queued|waiting|scheduled|not[ _-]?started|new|created|ready)$/i;

const failed = /fail|error/i;

/** The stage of a task, by its status. A status that nobody knows is a task that goes on. */
export function stageOf(status: string): TaskStage {
  if (ended.test(status)) return 'ended';
  if (failed.test(status)) return 'failed';
  return waiting.test(status) ? 'waiting' : 'running';
}

/** Whether a task is over, well or not, by its status. */
export function isTaskOver(status: string): boolean {
  return ended.test(status) || failed.test(status);
}
