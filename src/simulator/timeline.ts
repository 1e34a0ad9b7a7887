import type { ServerScenario, TaskScenario, View } from './types.ts';

/** The status word of a server after `elapsedMs` on its clock. */
export function statusAt(server: ServerScenario, elapsedMs: number): string {
  return elapsedMs >= server.deployedAfterMs ? server.outcome : server.initialStatus;
}

/** The tasks of a server with their words, after `elapsedMs` on its clock. */
export function tasksAt(server: ServerScenario, elapsedMs: number): View['tasks'] {
  return server.tasks.map((task, index) => ({
    name: task.name,
    status: taskStatus(server, task, index === server.tasks.length - 1, elapsedMs),
  }));
}

/** The gateway's address after `elapsedMs` on the server's clock; undefined until it is assigned. */
export function gatewayAt(server: ServerScenario, elapsedMs: number): string | undefined {
  const { gateway } = server;
  if (gateway === undefined) return undefined;
  return elapsedMs >= (gateway.assignedAfterMs ?? server.deployedAfterMs) ? gateway.address : undefined;
}

function taskStatus(server: ServerScenario, task: TaskScenario, isLast: boolean, elapsedMs: number): string {
  if (elapsedMs >= (task.endsAfterMs ?? server.deployedAfterMs)) {
    // A FAILED server whose tasks all succeeded would puzzle whoever reads the details.
    return task.outcome ?? (isLast && server.outcome === 'FAILED' ? 'FAILED' : 'COMPLETED');
  }
  return elapsedMs >= task.startsAfterMs ? server.dialect.runningWord : server.dialect.waitingWord;
}
