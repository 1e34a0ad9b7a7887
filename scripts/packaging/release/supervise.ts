import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Order } from './make.ts';
import type { ReleaseFile } from './tell.ts';

/** How the making of the files has ended. */
export type Making = { readonly files: readonly ReleaseFile[] } | { readonly exitStatus: number };

const stopping = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Has another process make the files. Most of that is other programs, for which a process of Node waits without hearing a
 * signal: this one hears it, and passes it on to all of them. A second signal kills them.
 */
export async function makeSupervised(order: Omit<Order, 'progress'>): Promise<Making> {
  const maker = fork(join(import.meta.dirname, 'maker.ts'), [JSON.stringify(order)], { detached: true });
  let stoppedBy: NodeJS.Signals | undefined;
  let files: readonly ReleaseFile[] | undefined;
  maker.on('message', (message) => {
    files = message as readonly ReleaseFile[];
  });
  const stop = (signal: NodeJS.Signals): void => {
    signalGroup(maker.pid, stoppedBy === undefined ? signal : 'SIGKILL');
    stoppedBy ??= signal;
  };
  for (const signal of stopping) process.on(signal, stop);
  try {
    const [status] = await once(maker, 'close');
    if (stoppedBy !== undefined) return { exitStatus: 128 + constants.signals[stoppedBy] };
    return files === undefined ? { exitStatus: status ?? 1 } : { files };
  } finally {
    for (const signal of stopping) process.off(signal, stop);
  }
}

function signalGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
