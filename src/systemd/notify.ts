import { systemClock } from '../base/clock.ts';
import { reasonOf } from '../base/error.ts';
import { endInWords, runProgram } from '../system/command.ts';
import { toolEnvironment } from '../system/environment.ts';
import { extendAssignment, statusAssignment } from './assignments.ts';

/** Reports rc-wait's state to the service manager, as sd_notify(3) does. Its methods never throw. */
export interface Notifier {
  /**
   * Sends STATUS=, and with `extendMs` EXTEND_TIMEOUT_USEC=: the start times out unless the
   * next call comes before that. Works in the background, half a second later: of calls that
   * come within that, or faster than messages can be sent, only the newest is sent, because each
   * message is a process. The rest of a long extension is sent repeatedly,
   * because a daemon-reload forgets it, and because a stop has its own timeout to extend. The
   * text that was sent last is a sign of life, as with `alive`.
   */
  status(text: string, extendMs?: number): void;
  /**
   * A sign of life: extends the timeout, as `status` does, though nothing has changed. The text and
   * the extension go with the next regular message, and sooner only if the extension that systemd
   * has ends before that.
   */
  alive(text: string, extendMs: number): void;
  /** Sends READY=1 with the last STATUS=; resolves once systemd has it. Afterwards status() does nothing. */
  ready(status: string): Promise<void>;
  /** Sends STOPPING=1 with the last STATUS=; resolves once systemd has it. Afterwards status() does nothing. */
  stopping(status: string): Promise<void>;
}

export interface NotifierOptions {
  /** called once, with the reason, if a message could not be sent; the wait continues */
  readonly onFailure?: (reason: string) => void;
  /** the time limit of one message, in ms */
  readonly timeoutMs?: number;
  /** default: systemd-notify(1) */
  readonly program?: string;
  /** sends one message; default: by `program` */
  readonly send?: (assignments: readonly string[]) => Promise<void>;
}

/**
 * One second longer than systemd-notify(1) itself waits until the manager has read
 * the message (sd_notify_barrier, 5 s), so that its own error message comes first.
 */
const defaultTimeoutMs = 6000;

/**
 * How often the rest of an extension is sent again, in ms: well within the minute that
 * systemd/rc-wait-generator leaves after a daemon-reload, and, with the time limit of a
 * message, within the unit's TimeoutStopSec=. More often costs more than the polls do.
 */
const renewEveryMs = 20_000;

/**
 * How long a text waits for a newer one, in ms. A wait's first steps follow each other within less, and so does its
 * last word.
 */
const gatherMs = 500;

const silent: Notifier = {
  status() {},
  alive() {},
  async ready() {},
  async stopping() {},
};

/**
 * A notifier for the socket in NOTIFY_SOCKET of `env`; without a socket it does nothing.
 * It deletes NOTIFY_SOCKET from `env`, as sd_notify(3) does with unset_environment: the
 * unit needs NotifyAccess=all, and a child such as ifup must not declare rc-wait ready.
 *
 * Messages are sent one at a time, in order, each with a time limit. The first failure
 * is reported, and no failure ends the wait.
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
  let gathering: NodeJS.Timeout | undefined;
  let newest = saying('', undefined);
  /** what was sent of it */
  let sent = newest;
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
    // The last message drops a queued status, because it replaces it.
    if (!ending) waiting = undefined;
    ending = true;
    clearTimeout(gathering);
    clearInterval(renewal);
    await sending;
    await post(assignment, statusAssignment(status));
  }

  function renew(): void {
    const remainsMs = newest.untilMs - systemClock.nowMs();
    if (remainsMs <= 0) clearInterval(renewal);
    // A message that waits carries its own extension, and the newest text.
    if (remainsMs <= 0 || waiting !== undefined || gathering !== undefined) return;
    const text = newest.text === sent.text ? [] : [statusAssignment(newest.text)];
    sent = newest;
    void post(...text, ...extendAssignment(remainsMs));
  }

  function show(text: string, extendMs: number | undefined, isNews: boolean): void {
    if (ending) return;
    newest = saying(text, extendMs);
    // The next renewal comes in time, however slow its message is.
    if (!isNews && sent.untilMs - systemClock.nowMs() > renewEveryMs + timeoutMs) return;
    gathering ??= setTimeout(handIn, gatherMs).unref();
  }

  function handIn(): void {
    gathering = undefined;
    const { text, extendMs } = newest;
    newest = saying(text, extendMs);
    sent = newest;
    clearInterval(renewal);
    void post(statusAssignment(text), ...extendAssignment(extendMs));
    if (extendMs !== undefined) renewal = setInterval(renew, renewEveryMs).unref();
  }

  return {
    status: (text, extendMs) => show(text, extendMs, text !== sent.text),
    alive: (text, extendMs) => show(text, extendMs, false),
    ready: (status) => end('READY=1', status),
    stopping: (status) => end('STOPPING=1', status),
  };
}

/** A text, and until when the timeout is to be extended with it. */
function saying(text: string, extendMs: number | undefined) {
  return { text, extendMs, untilMs: systemClock.nowMs() + (extendMs ?? Number.NEGATIVE_INFINITY) };
}

/**
 * Sends with the program systemd-notify(1): Node has no AF_UNIX datagram sockets,
 * and native modules for them need a compiler.
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
      end.kind === 'timeout' ? `was ended by SIGKILL within ${timeoutMs} ms` : `ended: ${endInWords(end)}`;
    throw new Error(
      `cannot notify systemd: systemd-notify ${end.kind === 'exit' ? `ended with status ${end.status}` : how}`,
    );
  };
}
