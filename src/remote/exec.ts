import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { longestTimerMs } from '../base/clock.ts';
import { formatDuration } from '../base/duration.ts';
import { errnoOf, reasonOf } from '../base/error.ts';
import { fill, type Template } from './command-line.ts';
import type { Watched } from './types.ts';

/** How a command for one server ended. */
export interface ExecEnd {
  readonly server: Watched;
  /** undefined: it was not started, or a signal ended it */
  readonly exit: number | undefined;
  /** why it did not succeed; undefined: it did */
  readonly reason: string | undefined;
  readonly tookMs: number;
}

export interface ExecOptions {
  readonly template: Template;
  /** so many run at the same time at most */
  readonly jobs: number;
  /** of each; what no timer can measure is no limit (`longestTimerMs`) */
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
  /** ends all of them */
  readonly signal: AbortSignal;
  /** a line that a command wrote, on either of its outputs */
  readonly onLine: (server: Watched, line: string) => void;
  readonly onEnd: (end: ExecEnd) => void;
}

/** Commands, one for each server that is ready. */
export interface Exec {
  /** Starts the command of a server, or puts it in the queue. */
  add(server: Watched): void;
  /** Resolves when none is left. */
  done(): Promise<void>;
  readonly ends: ReadonlyMap<string, ExecEnd>;
}

/** A program that is told to end has so long to do it, in ms. */
const graceMs = 5_000;

/** Runs commands as servers become ready, a bounded number at the same time. */
export function createExec(options: ExecOptions): Exec {
  const queue: Watched[] = [];
  const ends = new Map<string, ExecEnd>();
  const running = new Set<Promise<void>>();

  function next(): void {
    while (running.size < options.jobs) {
      const server = queue.shift();
      if (server === undefined) return;
      const work = runOne(server, options).then((end) => {
        ends.set(server.id, end);
        options.onEnd(end);
        running.delete(work);
        next();
      });
      running.add(work);
    }
  }

  return {
    ends,
    add(server) {
      queue.push(server);
      next();
    },
    async done() {
      while (running.size > 0) await Promise.race(running);
    },
  };
}

async function runOne(server: Watched, options: ExecOptions): Promise<ExecEnd> {
  const startedMs = performance.now();
  const end = (exit: number | undefined, reason: string | undefined): ExecEnd => ({
    server,
    exit,
    reason,
    tookMs: performance.now() - startedMs,
  });
  const words = fill(options.template, server);
  if ('lacks' in words) return end(undefined, `the server has no ${words.lacks}`);
  if (options.signal.aborted) return end(undefined, 'not started: interrupted');
  const [program, ...args] = words;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      // A group of its own: what it has started ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...options.env, ...variables(server) },
    });
  } catch (error) {
    // Only some errors come as an event: without this, ENOTDIR or E2BIG for one server would end the wait for all.
    return end(undefined, cannotRun(program, error));
  }
  // There are no streams where no file descriptor was left for them; the event "error" tells that.
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', (line) => options.onLine(server, line));
  return watch(child, program, options, end);
}

function cannotRun(program: string, error: unknown): string {
  const reason = errnoOf(error) === 'ENOENT' ? 'there is no such program' : reasonOf(error);
  return `cannot run ${program}: ${reason}`;
}

/** For those who do not want to quote: the same values as variables. */
function variables({ id, name, region, ip, serviceNetIp }: Watched): NodeJS.ProcessEnv {
  return {
    RC_WAIT_SERVER_ID: id,
    RC_WAIT_SERVER_NAME: name,
    RC_WAIT_SERVER_REGION: region,
    RC_WAIT_SERVER_IP: ip ?? '',
    RC_WAIT_SERVER_SERVICENET_IP: serviceNetIp ?? '',
  };
}

function watch(
  child: ChildProcess,
  program: string,
  { timeoutMs, signal }: ExecOptions,
  end: (exit: number | undefined, reason: string | undefined) => ExecEnd,
): Promise<ExecEnd> {
  return new Promise((resolve) => {
    let cause: string | undefined;
    let killer: NodeJS.Timeout | undefined;
    const stop = (why: string): void => {
      cause ??= why;
      kill(child, 'SIGTERM');
      killer ??= setTimeout(() => kill(child, 'SIGKILL'), graceMs);
    };
    const interrupt = (): void => stop('interrupted');
    const timer =
      timeoutMs <= longestTimerMs
        ? setTimeout(() => stop(`not ended within ${formatDuration(timeoutMs)}`), timeoutMs)
        : undefined;
    signal.addEventListener('abort', interrupt, { once: true });
    const finish = (ended: ExecEnd): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      signal.removeEventListener('abort', interrupt);
      resolve(ended);
    };
    child.once('error', (error) => finish(end(undefined, cannotRun(program, error))));
    // Not "close": a program that it left behind may keep the outputs open for ever.
    child.once('exit', (code, by) => {
      if (cause !== undefined) kill(child, 'SIGKILL');
      const reason =
        cause ?? (by !== null ? `ended by ${by}` : code === 0 ? undefined : `ended with status ${code}`);
      setImmediate(() => finish(end(code ?? undefined, reason)));
    });
  });
}

/** The whole group of a command. */
function kill({ pid }: ChildProcess, by: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid !== undefined) process.kill(-pid, by);
  } catch {
    // It has ended already.
  }
}
