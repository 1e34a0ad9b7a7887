import { exitOfSignal } from '../report/exit.ts';
import { Interrupted } from './command.ts';

/**
 * A signal that SIGINT and SIGTERM abort, so that a wait ends in order: its
 * result is printed, systemd is told, and a network change is finished or
 * taken back first. A second Ctrl-C ends the process at once: whoever types it
 * twice means it.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && name === 'SIGINT') process.exit(exitOfSignal(name));
      controller.abort(new Interrupted(name));
    });
  }
  return controller.signal;
}
