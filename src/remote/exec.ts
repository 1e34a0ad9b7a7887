import { formatDuration } from '../base/duration.ts';
import { splitLines } from '../base/lines.ts';
import { endInWords, type ProgramEnd, runProgram } from '../system/command.ts';
import { valueForEnvironment } from '../system/environment.ts';
import { addressOnly, fill, type Template } from './command-line.ts';
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
  /** maximum number of commands at the same time */
  readonly jobs: number;
  /** of each command; longer than any timer (`longestTimerMs`): no limit */
  readonly timeoutMs: number;
  readonly env: NodeJS.ProcessEnv;
  /** ends all commands */
  readonly signal: AbortSignal;
  /** a line that a command wrote, on either of its outputs */
  readonly onLine: (server: Watched, line: string) => void;
  readonly onEnd: (end: ExecEnd) => void;
}

/** Commands, one for each server that is ready. */
export interface Exec {
  /** Starts the command of a server, or queues it. */
  add(server: Watched): void;
  /** Resolves when no command is left. */
  done(): Promise<void>;
  readonly ends: ReadonlyMap<string, ExecEnd>;
}

/** How long a program may take to end after it was asked to, in ms. */
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
  if ('fault' in words) return end(undefined, words.fault);
  const { signal, timeoutMs } = options;
  if (signal.aborted) return end(undefined, 'not started: interrupted');
  const onLine = (line: string): void => options.onLine(server, line);
  const outputs = [
    splitLines(onLine, Number.POSITIVE_INFINITY),
    splitLines(onLine, Number.POSITIVE_INFINITY),
  ];
  const ended = await runProgram({
    argv: words,
    env: { ...options.env, ...variables(server) },
    stdout: (text) => outputs[0]?.push(text),
    stderr: (text) => outputs[1]?.push(text),
    timeoutMs,
    graceMs,
    signal,
  });
  for (const output of outputs) output.end();
  return end(ended.kind === 'exit' ? ended.status : undefined, reasonFor(ended, words[0]));
}

/** Why a command did not succeed; undefined: it did. */
function reasonFor(end: ProgramEnd, program: string): string | undefined {
  switch (end.kind) {
    case 'exit':
      return end.status === 0 ? undefined : `ended with status ${end.status}`;
    case 'timeout':
      return `not ended within ${formatDuration(end.timeoutMs)}`;
    case 'not-started':
      return `cannot run ${program}: ${end.isMissing ? 'there is no such program' : end.reason}`;
    default:
      return endInWords(end);
  }
}

/** The same values as variables, for users who do not want to quote. */
function variables({ id, name, region, ip, serviceNetIp }: Watched): NodeJS.ProcessEnv {
  const values = {
    RC_WAIT_SERVER_ID: id,
    RC_WAIT_SERVER_NAME: name,
    RC_WAIT_SERVER_REGION: region,
    RC_WAIT_SERVER_IP: addressOnly(ip) ?? '',
    RC_WAIT_SERVER_SERVICENET_IP: addressOnly(serviceNetIp) ?? '',
  };
  return Object.fromEntries(
    Object.entries(values).map(([variable, value]) => [variable, valueForEnvironment(value)]),
  );
}
