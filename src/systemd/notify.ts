import { reasonOf } from '../base/error.ts';
import { inWords, runProgram } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';
import { extendAssignment, statusAssignment } from './assignments.ts';

/** Tells the service manager how we fare, by sd_notify(3). None of its methods ever throws. */
export interface Notifier {
  /**
   * STATUS=, and with `extendMs` EXTEND_TIMEOUT_USEC=: by then the next sign of
   * life comes, or the start has timed out. Sent in the background; when calls come
   * faster than they can be sent, only the newest goes out. A long extension is sent
   * again and again, with what remains of it: a daemon-reload forgets it, and a stop
   * that comes meanwhile has a timeout of its own, which is extended in the same way.
   */
  status(text: string, extendMs?: number): void;
  /** READY=1 with the last STATUS=; resolves when it was handed over. status() does nothing afterwards. */
  ready(status: string): Promise<void>;
  /** STOPPING=1 with the last STATUS=; resolves when it was handed over. status() does nothing afterwards. */
  stopping(status: string): Promise<void>;
}

/** What may be told to createNotifier. */
export interface NotifierOptions {
  /** told once, with the reason, when a message could not be handed over; the wait goes on */
  readonly onFailure?: (reason: string) => void;
  /** how long one message may take, in ms */
  readonly timeoutMs?: number;
  /** systemd-notify(1) unless something else is named */
  readonly program?: string;
  /** hands over one message; systemd-notify(1) unless told otherwise */
  readonly send?: (assignments: readonly string[]) => Promise<void>;
}

/**
 * One second more than systemd-notify(1) itself waits for the manager to have
 * read the message (sd_notify_barrier, 5 s), so that its own words are heard first.
 */
const defaultTimeoutMs = 6000;

/**
 * How often what remains of an extension is sent again, in ms: well within the
 * minute that systemd/rc-wait-generator leaves after a daemon-reload, and within
 * TimeoutStopSec= of the unit.
 */
const renewEveryMs = 10_000;

const silent: Notifier = {
  status() {},
  async ready() {},
  async stopping() {},
};

/**
 * A notifier for the socket that `env` names, or one that does nothing where
 * there is none. NOTIFY_SOCKET is taken out of `env`, as sd_notify(3) does with
 * unset_environment: the unit needs NotifyAccess=all, and a child such as ifup
 * must not be able to declare us ready.
 *
 * Messages go one at a time, in order, each bounded in time; one that cannot be
 * sent is reported once and never ends the wait.
 */
export function createNotifier(
  env: NodeJS.ProcessEnv = process.env,
  { onFailure, timeoutMs = defaultTimeoutMs, program = 'systemd-notify', send }: NotifierOptions = {},
): Notifier {
  const { NOTIFY_SOCKET: socket } = env;
  delete env.NOTIFY_SOCKET;
  if (!socket) return silent;
  const handOver =
    send ?? runSystemdNotify(program, { ...toolEnvironment(env), NOTIFY_SOCKET: socket }, timeoutMs);

  let waiting: readonly string[] | undefined;
  let sending: Promise<void> | undefined;
  let ending = false;
  let renewal: NodeJS.Timeout | undefined;
  let reported = false;

  async function sendAll(): Promise<void> {
    while (waiting !== undefined) {
      const assignments = waiting;
      waiting = undefined;
      try {
        await handOver(assignments);
      } catch (error) {
        if (!reported) onFailure?.(reasonOf(error));
        reported = true;
      }
    }
    sending = undefined;
  }

  function post(...assignments: string[]): Promise<void> {
    waiting = assignments;
    sending ??= sendAll();
    return sending;
  }

  async function end(assignment: string, status: string): Promise<void> {
    // The last word does not queue behind a status that it replaces.
    if (!ending) waiting = undefined;
    ending = true;
    clearInterval(renewal);
    await sending;
    await post(assignment, statusAssignment(status));
  }

  function renewUntil(untilMs: number): void {
    renewal = setInterval(() => {
      const remainsMs = untilMs - performance.now();
      if (remainsMs <= 0) clearInterval(renewal);
      // What waits carries an extension itself, and the newest text.
      else if (waiting === undefined) void post(...extendAssignment(remainsMs));
    }, renewEveryMs).unref();
  }

  return {
    status(text, extendMs) {
      if (ending) return;
      clearInterval(renewal);
      void post(statusAssignment(text), ...extendAssignment(extendMs));
      if (extendMs !== undefined) renewUntil(performance.now() + extendMs);
    },
    ready: (status) => end('READY=1', status),
    stopping: (status) => end('STOPPING=1', status),
  };
}

/**
 * A sender by the program systemd-notify(1). Node has no AF_UNIX datagram
 * sockets, and native modules for them need a compiler.
 */
function runSystemdNotify(
  program: string,
  env: NodeJS.ProcessEnv,
  timeoutMs: number,
): (assignments: readonly string[]) => Promise<void> {
  return async (assignments) => {
    const end = await runProgram({ argv: [program, ...assignments], env, timeoutMs });
    if (end.kind === 'exit' && end.status === 0) return;
    if (end.kind === 'not-started') throw new Error(`cannot run systemd-notify: ${end.reason}`);
    const how =
      end.kind === 'timeout' ? `was ended by SIGKILL within ${timeoutMs} ms` : `ended: ${inWords(end)}`;
    throw new Error(
      `cannot notify systemd: systemd-notify ${end.kind === 'exit' ? `ended with status ${end.status}` : how}`,
    );
  };
}
