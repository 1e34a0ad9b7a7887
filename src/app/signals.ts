import { exitOfSignal, type InterruptSignal } from '../report/exit.ts';
import { ignoredVariable } from '../system/environment.ts';
import { Interrupted } from './io.ts';

/** The signals that end a run, and who gets them. */
export interface Interrupts {
  /** aborted by the first of them */
  readonly signal: AbortSignal;
  /** those that were ignored when rc-wait was started */
  readonly ignored: readonly InterruptSignal[];
  /** From now on each of them goes to `receiver`, and aborts and ends nothing. */
  readonly handTo: (receiver: (name: InterruptSignal) => void) => void;
}

const names: readonly InterruptSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Returns a signal that SIGINT, SIGTERM and SIGHUP (the terminal is gone) abort, so that a wait ends in
 * order: the result is printed, systemd is notified, and a network change is finished or rolled back first. A
 * second Ctrl-C ends the process at once: whoever types it twice means it.
 *
 * Signals that were ignored when rc-wait started stay ignored, as with `nohup` (SIGHUP), `trap '' HUP`, or in
 * the background of a script (SIGINT). Node resets all of them to their defaults, so the launcher records
 * them in `env`.
 */
export function interruptsOf(env: NodeJS.ProcessEnv): Interrupts {
  const noted = env[ignoredVariable]?.split(' ').map((name) => `SIG${name}`) ?? [];
  const ignored = names.filter((name) => noted.includes(name));
  delete env[ignoredVariable];
  const controller = new AbortController();
  let receive: ((name: InterruptSignal) => void) | undefined;
  const take = (name: InterruptSignal): void => {
    if (receive !== undefined) {
      receive(name);
      return;
    }
    if (controller.signal.aborted && name === 'SIGINT') process.exit(exitOfSignal(name));
    controller.abort(new Interrupted(name));
  };
  for (const name of names) {
    // Without a listener the default action would end the process.
    process.on(name, ignored.includes(name) ? () => undefined : () => take(name));
  }
  return {
    signal: controller.signal,
    ignored,
    handTo(receiver) {
      receive = receiver;
    },
  };
}
