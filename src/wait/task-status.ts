/** Statuses of a task that has ended well. No list is published, so only the plainest count. */
const done = /^(complete|completed|done|deployed|success|succeeded|finished|ok)$/i;

/** Whether a task has ended well, by its status. */
export function isTaskDone(status: string): boolean {
  return done.test(status);
}

/** Whether a task has failed, by its status. */
export function isTaskFailed(status: string): boolean {
  return /fail|error/i.test(status);
}

/** Whether a task has ended, well or not, by its status. */
export function isTaskOver(status: string): boolean {
  return isTaskDone(status) || isTaskFailed(status);
}
