import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { graceAfter } from '../../base/deadline.ts';
import { formatDuration } from '../../base/duration.ts';
import { RcWaitError, reasonOf } from '../../base/error.ts';
import type { Log } from '../../report/log.ts';
import { type Due, humanResult, type Result } from '../../report/result.ts';
import { isRunningSystem } from '../../system/root.ts';
import { forStream } from '../../systemd/journal.ts';
import type { Notifier } from '../../systemd/notify.ts';
import { readCa } from '../api.ts';
import { instanceId } from '../instance-id.ts';
import type { Io } from '../io.ts';
import { type AnnounceOptions, variableNamed } from '../options.ts';
import { journalEnd } from './journal-end.ts';

/** What announcing needs beyond the result. */
interface Ended {
  readonly log: Log;
  /** of the wait, on the clock */
  readonly deadlineMs: number;
  /** set if nothing was waited for; only the announcements in `owed` are still due */
  readonly recalled: { readonly owed?: Due | undefined } | undefined;
}

/** Announces the end of a wait, once. */
export interface Announcer {
  /**
   * Prints the result, runs the hooks, notifies systemd and sends the signal to Heat. A failure of any of
   * these is a warning and cannot change how the wait ended. An interruption is not announced to hooks and
   * stacks: it is no verdict, because the wait may go on.
   * @returns the announcements that an interruption cut off; undefined: none
   */
  result(result: Result, ended: Ended): Promise<Due | undefined>;
  /** Reports a wait that could not begin, and so has no result, to systemd and to Heat. */
  error(error: unknown): Promise<void>;
}

/** Node fires timers above 2^31 ms at once; and a hook that hangs must not block a boot for ever. */
const longestHookMs = 24 * 3_600_000;

/**
 * Signalling is tried for at least this long, so that even a passed deadline gets reported, and at most
 * `mostSignalMs`, because everything else waits for it.
 */
const leastSignalMs = 30_000;
const mostSignalMs = 600_000;

/** Time left for signalling after SIGTERM: systemd kills after TimeoutStopSec=, and a person is waiting. */
const lastMomentMs = 3_000;

/** Each hook and the signal extend systemd's time-out once, by their own limit and this margin. */
const marginMs = 10_000;

/**
 * Checks the flags before anything is waited for. Removes the secrets from the environment, because hooks and
 * the tools of network stacks must not inherit them.
 * @throws RcWaitError USAGE, CONFIGURATION
 */
export async function createAnnouncer(args: AnnounceOptions, io: Io, notifier: Notifier): Promise<Announcer> {
  for (const name of ['signal', 'signal-token']) delete io.env[variableNamed(name)];
  if (args['hook-timeout'] > longestHookMs) {
    const text = formatDuration(args['hook-timeout']);
    throw new RcWaitError('USAGE', `cannot use --hook-timeout (${text}): at most 24h are expected`);
  }
  if (args['hooks-dir'] === '')
    throw new RcWaitError('USAGE', 'cannot use --hooks-dir "": a folder is expected');
  const signaller = await createSignaller(args, io);
  return {
    async result(result, { log, deadlineMs, recalled }) {
      const { document, exit } = result;
      const { message, outcome } = document;
      const text =
        args.output === 'json' ? `${JSON.stringify(document)}\n` : humanResult(result, io.troublesPage);
      io.out(forStream(1, isFailure({ exit, outcome }) ? 'error' : 'info', text, io.env));
      // Not awaited here: what depends on the service must not wait for the journal.
      const journalled = journalEnd({ result }, io);
      const isVerdict = outcome !== 'interrupted';
      // A remembered DEPLOYED was announced before; only what an interruption cut off is still due.
      const tells = recalled !== undefined && exit === 0 ? (recalled.owed ?? nobody) : everybody;
      const hooks = isVerdict
        ? await runHooksFor(result, args, { io, log, notifier, only: tells.hooks })
        : [];
      const ending = {
        succeeded: exit === 0,
        reason: message,
        data: {
          outcome,
          automation_status: document.automation_status,
          gateway_ip: document.gateway_ip,
          network: document.network?.action ?? null,
        },
      };
      const nowMs = systemClock.nowMs();
      const untilMs = Math.max(nowMs + leastSignalMs, Math.min(deadlineMs, nowMs + mostSignalMs));
      // Units that depend on a deployed server do not wait for Heat; a failed unit ends after all announcements.
      if (exit === 0) await notifier.ready(message);
      else if (signaller && isVerdict)
        notifier.status(`telling ${signaller.place}; ${message}`, untilMs - nowMs + marginMs);
      const isDelivered =
        signaller === undefined ||
        !isVerdict ||
        !tells.signal ||
        (await signaller.send(ending, untilMs, log));
      await journalled;
      if (exit !== 0) await notifier.stopping(message);
      const signal = !isDelivered && io.signal.aborted;
      return signal || hooks.length > 0 ? { signal, hooks: [...hooks] } : undefined;
    },
    async error(error) {
      if (io.signal.aborted) return notifier.stopping(reasonOf(io.signal.reason));
      const reason = reasonOf(error);
      const data = { outcome: null, error: error instanceof RcWaitError ? error.code : 'BUG' };
      const untilMs = systemClock.nowMs() + leastSignalMs;
      const warn = (warning: string): void => io.err(`rc-wait: warning: ${warning}\n`);
      if (signaller) notifier.status(`telling ${signaller.place}; ${reason}`, leastSignalMs + marginMs);
      await signaller?.send({ succeeded: false, reason, data }, untilMs, { warn, debug: () => undefined });
      await notifier.stopping(reason);
    },
  };
}

/** Who is notified of an end: the stack, and the hooks with these names (undefined: all of them). */
interface Recipients {
  readonly signal: boolean;
  readonly hooks?: readonly string[];
}

const everybody: Recipients = { signal: true };
const nobody: Recipients = { signal: false, hooks: [] };

/** Whether the journal shows the end as an error; a deliberate stop is not one. */
const isFailure = ({ exit, outcome }: { exit: number; outcome: string }): boolean =>
  exit !== 0 && outcome !== 'interrupted';

interface Signaller {
  /** the part of the URL that may be shown */
  readonly place: string;
  /** Resolves to whether it was delivered. */
  send(
    ending: { succeeded: boolean; reason: string; data: Readonly<Record<string, string | null>> },
    untilMs: number,
    log: Pick<Log, 'warn' | 'debug'>,
  ): Promise<boolean>;
}

async function createSignaller(args: AnnounceOptions, io: Io): Promise<Signaller | undefined> {
  if (args.signal === undefined) return undefined;
  const { parseSignalUrl, placeOf, signalRequest } = await import('../../announce/heat/request.ts');
  const url = parseSignalUrl(args.signal);
  const place = placeOf(url);
  const caPem = args['ca-file'] === undefined ? undefined : readCa(args['ca-file']);
  return {
    place,
    async send(ending, untilMs, log) {
      const { deliver, httpSend } = await import('../../announce/heat/deliver.ts');
      const id = (await instanceId(args.root)) ?? hostname();
      const request = signalRequest(url, { ...ending, id }, args['signal-token']);
      const stop = graceAfter(io.signal, lastMomentMs);
      const why = await deliver(request, {
        send: httpSend(url, request, caPem),
        clock: systemClock,
        untilMs: io.signal.aborted ? systemClock.nowMs() + lastMomentMs : untilMs,
        random: Math.random,
        signal: stop.signal,
        onRetry: (reason) => log.debug(`telling ${place} again: ${reason}`),
      });
      stop.end();
      if (why === undefined) log.debug(`told ${place} how the wait ended`);
      else log.warn(`cannot tell ${place} how the wait ended: ${why}`);
      return why === undefined;
    },
  };
}

/** What hooks run with. */
interface HookContext {
  readonly io: Io;
  readonly log: Log;
  readonly notifier: Notifier;
  /** the names of the hooks to run; undefined: all of them */
  readonly only: readonly string[] | undefined;
}

/** Runs the hooks for a verdict; resolves to the names of the hooks that an interruption kept from running. */
async function runHooksFor(
  { document, exit }: Result,
  args: AnnounceOptions,
  { io, log, notifier, only }: HookContext,
): Promise<readonly string[]> {
  const { outcome, message } = document;
  // Below another root these would be the hooks of the system that prepares an image, not the image's own.
  if (only?.length === 0 || !isRunningSystem(args.root)) return [];
  const [{ findHooks }, { resultVariables }] = await Promise.all([
    import('../../announce/hooks/find.ts'),
    import('./then-run.ts'),
  ]);
  const folder = join(resolve(args['hooks-dir']), outcome === 'deployed' ? 'deployed.d' : 'failed.d');
  const { hooks: found, refused, passed } = await findHooks(folder);
  const hooks = found.filter(({ name }) => only === undefined || only.includes(name));
  if (process.geteuid?.() !== 0) {
    if (hooks.length + refused.length > 0) log.warn(`not root: the hooks in ${folder} are not run`);
    return [];
  }
  for (const why of refused) log.warn(why);
  if (passed.length > 0)
    log.debug(`no hooks, by their names or their modes, in ${folder}: ${passed.join(' ')}`);
  if (hooks.length === 0) return [];
  const { runHooks } = await import('../../announce/hooks/run-all.ts');
  const launch =
    args.privileges === 'own' ? undefined : (await import('../../systemd/hook-service.ts')).hookService;
  return runHooks(hooks, {
    input: `${JSON.stringify(document)}\n`,
    env: resultVariables(document, exit),
    timeoutMs: args['hook-timeout'],
    signal: io.signal,
    launch,
    onLine: (line) => log.info(line),
    onWarning: (warning) => log.warn(warning),
    onStart(name, number) {
      const text = `running the hook ${name} (${number} of ${hooks.length}); ${message}`;
      notifier.status(text, args['hook-timeout'] + marginMs);
    },
  });
}
