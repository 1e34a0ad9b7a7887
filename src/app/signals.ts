import { exitOfSignal, type InterruptSignal } from '../report/exit.ts';
import { ignoredVariable } from '../system/environment.ts';
import { Interrupted } from './io.ts';

/**
 * Returns a signal that SIGINT, SIGTERM and SIGHUP (the terminal is gone) abort, so that a wait ends in
 * order: the result is printed, systemd is notified, and a network change is finished or rolled back first. A
 * second Ctrl-C ends the process at once: whoever types it twice means it.
 *
 * Signals that were ignored when rc-wait started stay ignored, as with `nohup` (SIGHUP), `trap '' HUP`, or in
 * the background of a script (SIGINT). Node resets all of them to their defaults, so the launcher records
 * them in `env`.
 */
export function interruptSignal(env: NodeJS.ProcessEnv): AbortSignal {
  const ignored = env[ignoredVariable]?.split(' ').map((name) => `SIG${name}`) ?? [];
  delete env[ignoredVariable];
  const controller = new AbortController();
  const take = (name: InterruptSignal): void => {
    if (controller.signal.aborted && name === 'SIGINT') process.exit(exitOfSignal(name));
    controller.abort(new Interrupted(name));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Without a listener the default action would end the process.
    process.on(name, ignored.includes(name) ? () => undefined : () => take(name));
  }
  return controller.signal;
}
