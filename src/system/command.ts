import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { longestTimerMs } from '../base/clock.ts';
import { errnoOf, reasonOf } from '../base/error.ts';

/** A program to be run, without a shell. */
export interface Program {
  readonly argv: readonly [string, ...string[]];
  /** its whole environment; see `environment.ts` for what belongs into it */
  readonly env: NodeJS.ProcessEnv;
  /** where it starts; left out: where this process is */
  readonly cwd?: string;
  /** its standard input; left out: there is none */
  readonly input?: string;
  /** what is done with a stream of it: read as UTF-8, handed to the person, or left out: dropped */
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  /** how long it may take, in ms; left out, or more than a timer can measure: no limit */
  readonly timeoutMs?: number | undefined;
  /** ends it before that */
  readonly signal?: AbortSignal | undefined;
  /** so long it has after SIGTERM before SIGKILL comes, in ms; left out: SIGKILL comes at once */
  readonly graceMs?: number;
  /** ends what the program has started outside of its process group, and takes the place of SIGTERM */
  readonly stop?: (() => void) | undefined;
  /** called with the process id, which is that of its process group too, as soon as there is one */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** Called with each piece of a stream; or 'inherit': the stream is that of this process. */
type Sink = ((text: string) => void) | 'inherit';

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'exit'; readonly status: number }
  /** by somebody else than us */
  | { readonly kind: 'signal'; readonly by: NodeJS.Signals }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  /** by `signal` */
  | { readonly kind: 'interrupted' }
  | StartFault;

/** Why a program could not be started. */
export interface StartFault {
  readonly kind: 'not-started';
  readonly reason: string;
  /** there is no such program */
  readonly isMissing: boolean;
}

/** A moment for the last output after the exit; a daemon that has kept the pipe must not hold us for ever. */
const outputGraceMs = 250;

/**
 * Runs a program to its end, in a process group of its own. When its time is over or the
 * signal is aborted the whole group is ended, for a tool that hangs mostly hangs in a child
 * of its own. What it leaves running when it ends by itself is left alone: to start a daemon
 * is its good right. Never throws and never rejects: each end is a value.
 */
export function runProgram(program: Program): Promise<ProgramEnd> {
  const { input, stdout, stderr, timeoutMs, signal, graceMs, stop, onStart } = program;
  const child = startProgram(program, [input === undefined ? 'ignore' : 'pipe', mode(stdout), mode(stderr)]);
  if ('kind' in child) return Promise.resolve(child);
  return new Promise((resolve) => {
    let ended: ProgramEnd | undefined;
    let killer: NodeJS.Timeout | undefined;
    const end = (why: ProgramEnd): void => {
      if (ended !== undefined) return;
      ended = why;
      if (stop !== undefined) stop();
      else killGroup(child, graceMs === undefined ? 'SIGKILL' : 'SIGTERM');
      if (graceMs !== undefined) killer = setTimeout(() => killGroup(child, 'SIGKILL'), graceMs);
    };
    const interrupt = (): void => end({ kind: 'interrupted' });
    const isTimed = timeoutMs !== undefined && timeoutMs <= longestTimerMs;
    const timer = isTimed ? setTimeout(() => end({ kind: 'timeout', timeoutMs }), timeoutMs) : undefined;
    const unbind = (): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      signal?.removeEventListener('abort', interrupt);
    };
    const finish = (how: ProgramEnd): void => {
      unbind();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      resolve(how);
    };
    child.once('error', (error) => finish(startFault(error)));
    child.once('exit', (status, by) => {
      unbind();
      // Of what is ended by force nothing may be left: the leader heard SIGTERM, its children may not have.
      if (ended !== undefined) killGroup(child, 'SIGKILL');
      const how: ProgramEnd =
        ended ?? (by === null ? { kind: 'exit', status: status ?? 0 } : { kind: 'signal', by });
      const grace = setTimeout(() => finish(how), outputGraceMs);
      child.once('close', () => {
        clearTimeout(grace);
        finish(how);
      });
    });
    listen(child, program);
    // After the listeners: whoever is called may throw, and the program has to be ended all the same.
    if (child.pid !== undefined) onStart?.(child.pid);
    if (signal?.aborted) interrupt();
    else signal?.addEventListener('abort', interrupt, { once: true });
  });
}

/**
 * Starts a program in a process group of its own. Node reports some faults as the event
 * "error" and throws others (E2BIG, ENOTDIR, ETXTBSY, a NUL in a word): what it throws is a value here.
 * @param stdio as of node:child_process
 */
export function startProgram(
  { argv, env, cwd }: Pick<Program, 'argv' | 'env' | 'cwd'>,
  stdio: ('pipe' | 'ignore' | 'inherit')[],
): ChildProcess | StartFault {
  const [file, ...args] = argv;
  if (isNowhere(file, env.PATH)) return startFault(Object.assign(new Error(), { code: 'ENOENT' }));
  try {
    return spawn(file, args, { env, stdio, detached: true, ...(cwd === undefined ? {} : { cwd }) });
  } catch (error) {
    return startFault(error);
  }
}

/**
 * Whether a program that is named without a folder is in none of PATH. execvp(3) finds that out only in a copy of this
 * process, which is the dearest part of a start; on most servers most of the tools that are asked are missing.
 */
function isNowhere(file: string, path: string | undefined): boolean {
  const folders = path?.split(':') ?? [];
  if (file.includes('/') || folders.length === 0 || !folders.every((folder) => folder.startsWith('/')))
    return false;
  try {
    return !folders.some((folder) => statSync(join(folder, file), { throwIfNoEntry: false }) !== undefined);
  } catch {
    // A folder that cannot be searched: execvp knows what to make of it.
    return false;
  }
}

/** An error of spawn in words. */
export function startFault(error: unknown): StartFault {
  const code = errnoOf(error) ?? '';
  return { kind: 'not-started', reason: faults[code] ?? reasonOf(error), isMissing: code === 'ENOENT' };
}

/** What an errno means where a program is started. */
const faults: Readonly<Record<string, string>> = {
  E2BIG: 'its arguments or its environment are too long (E2BIG)',
  ETXTBSY: 'somebody is writing to it (ETXTBSY)',
  ENOEXEC: 'it is no program for this machine (ENOEXEC)',
  EAGAIN: 'there are too many processes (EAGAIN)',
  ENOMEM: 'there is not enough memory (ENOMEM)',
  // Node's own message quotes the word, which may be a secret.
  ERR_INVALID_ARG_VALUE: 'its arguments or its environment hold a NUL',
};

/** How a program ended, in words: `exit status 1`, `killed after 30 s`, `cannot be started: permission denied`. */
export function inWords(end: ProgramEnd): string {
  switch (end.kind) {
    case 'exit':
      return `exit status ${end.status}`;
    case 'signal':
      return `ended by ${end.by}`;
    case 'timeout':
      return `killed after ${end.timeoutMs / 1000} s`;
    case 'interrupted':
      return 'interrupted';
    case 'not-started':
      return `cannot be started: ${end.reason}`;
  }
}

/** The end of a text that comes in pieces. */
export interface Tail {
  readonly push: (text: string) => void;
  readonly text: () => string;
  /** whether its beginning is missing */
  readonly isCut: () => boolean;
}

/** Keeps the last `longest` characters of what is pushed, so that a program that never stops writing fills no memory. */
export function tail(longest: number): Tail {
  let text = '';
  let isCut = false;
  return {
    push(more) {
      isCut ||= text.length + more.length > longest;
      text = (text + more).slice(-longest);
    },
    text: () => text,
    isCut: () => isCut,
  };
}

function mode(sink: Sink | undefined): 'pipe' | 'ignore' | 'inherit' {
  if (sink === undefined) return 'ignore';
  return sink === 'inherit' ? 'inherit' : 'pipe';
}

/** There are no streams where no file descriptor was left for them; the event "error" says so. */
function listen(child: ChildProcess, { input, stdout, stderr }: Program): void {
  for (const [stream, sink] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const)
    if (typeof sink === 'function') stream?.setEncoding('utf8').on('data', sink);
  // A program that does not read its input closes the pipe: EPIPE is no failure.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
}

/** Never by ChildProcess.kill: of a program that was not found Node 24 signals a number that was never set. */
function killGroup({ pid }: ChildProcess, by: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, by);
  } catch {
    // it has ended by itself meanwhile
  }
}
