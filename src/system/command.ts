import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { longestTimerMs } from '../base/clock.ts';
import { errnoOf, reasonOf } from '../base/error.ts';

/** A program to run, without a shell. */
export interface Program {
  readonly argv: readonly [string, ...string[]];
  /** the complete environment; `environment.ts` decides what belongs in it */
  readonly env: NodeJS.ProcessEnv;
  /** the working directory; default: this process's */
  readonly cwd?: string;
  /** the text for standard input; default: /dev/null */
  readonly input?: string;
  /** where the stream goes: to a function as UTF-8, or to this process's stream; default: dropped */
  readonly stdout?: Sink;
  readonly stderr?: Sink;
  /** the time limit in ms; without it, or if it exceeds the longest timer, there is no limit */
  readonly timeoutMs?: number | undefined;
  /** ends the program early */
  readonly signal?: AbortSignal | undefined;
  /** the time between SIGTERM and SIGKILL, in ms; default: SIGKILL at once */
  readonly graceMs?: number;
  /** called instead of sending SIGTERM; ends what the program started outside its process group */
  readonly stop?: (() => void) | undefined;
  /** called with the process id, which is also the process group id, as soon as the program runs */
  readonly onStart?: ((pid: number) => void) | undefined;
}

/** A function that gets each chunk of the stream, or 'inherit' to share this process's stream. */
type Sink = ((text: string) => void) | 'inherit';

/** How a program ended. */
export type ProgramEnd =
  | { readonly kind: 'exit'; readonly status: number }
  /** sent by another process than this one */
  | { readonly kind: 'signal'; readonly by: NodeJS.Signals }
  | { readonly kind: 'timeout'; readonly timeoutMs: number }
  /** `signal` was aborted */
  | { readonly kind: 'interrupted' }
  | StartFault;

/** Why a program could not be started. */
export interface StartFault {
  readonly kind: 'not-started';
  readonly reason: string;
  /** the program does not exist */
  readonly isMissing: boolean;
}

/** The wait for the last output after the exit, in ms: a daemon that keeps the pipe open must not block rc-wait. */
const outputGraceMs = 250;

/**
 * Runs a program to its end in its own process group. On a timeout or an abort it ends the whole
 * group, because a tool that hangs usually hangs in one of its children. Processes left behind by
 * a program that exits by itself keep running: it may start a daemon. Never throws or rejects.
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
      // A program ended by force leaves nothing behind: its children may not have reacted to SIGTERM.
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
    // After the listeners are set: onStart may throw, and the program must still be ended.
    if (child.pid !== undefined) onStart?.(child.pid);
    if (signal?.aborted) interrupt();
    else signal?.addEventListener('abort', interrupt, { once: true });
  });
}

/**
 * Starts a program. Node reports some faults as the event "error" and throws others (E2BIG, ENOTDIR,
 * ETXTBSY, a NUL in a word); this function returns them instead.
 * @param stdio as for node:child_process
 * @param hasOwnGroup whether it is in a process group and a session of its own: without the terminal of the caller
 */
export function startProgram(
  { argv, env, cwd }: Pick<Program, 'argv' | 'env' | 'cwd'>,
  stdio: ('pipe' | 'ignore' | 'inherit')[],
  hasOwnGroup = true,
): ChildProcess | StartFault {
  const [file, ...args] = argv;
  if (isNowhere(file, env.PATH)) return startFault(Object.assign(new Error(), { code: 'ENOENT' }));
  try {
    return spawn(file, args, { env, stdio, detached: hasOwnGroup, ...(cwd === undefined ? {} : { cwd }) });
  } catch (error) {
    return startFault(error);
  }
}

/**
 * Whether no folder of PATH holds a program that is named without a folder. execvp(3) would find that out only after
 * the fork, which is the most expensive part of a start; on most servers most of the tools tried are missing.
 */
function isNowhere(file: string, path: string | undefined): boolean {
  const folders = path?.split(':') ?? [];
  if (file.includes('/') || folders.length === 0 || !folders.every((folder) => folder.startsWith('/')))
    return false;
  try {
    return !folders.some((folder) => statSync(join(folder, file), { throwIfNoEntry: false }) !== undefined);
  } catch {
    // A folder cannot be searched: leave the decision to execvp(3).
    return false;
  }
}

/** Whether a program that is named without a folder seems to be installed. */
export function isProgramInstalled(file: string, env: NodeJS.ProcessEnv): boolean {
  return !isNowhere(file, env.PATH);
}

/** Describes an error of spawn. */
export function startFault(error: unknown): StartFault {
  const code = errnoOf(error) ?? '';
  return { kind: 'not-started', reason: faults[code] ?? reasonOf(error), isMissing: code === 'ENOENT' };
}

/** What an errno means when a program is started. */
const faults: Readonly<Record<string, string>> = {
  E2BIG: 'its arguments or its environment are too long (E2BIG)',
  ETXTBSY: 'somebody is writing to it (ETXTBSY)',
  ENOEXEC: 'it is not a program for this machine (ENOEXEC)',
  EAGAIN: 'there are too many processes (EAGAIN)',
  ENOMEM: 'there is not enough memory (ENOMEM)',
  // Node's own message quotes the argument, which may be a secret.
  ERR_INVALID_ARG_VALUE: 'its arguments or its environment hold a NUL',
};

/** How a program ended, for a person: `exit status 1`, `killed after 30 s`, `cannot be started: permission denied`. */
export function endInWords(end: ProgramEnd): string {
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

/** The end of a text that arrives in chunks. */
export interface Tail {
  readonly push: (text: string) => void;
  readonly text: () => string;
  /** whether the beginning is missing */
  readonly isCut: () => boolean;
}

/** Keeps the last `longest` characters, so that a program that never stops writing cannot fill the memory. */
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

/** Connects the streams. They are missing when no file descriptor was left; then the event "error" reports it. */
function listen(child: ChildProcess, { input, stdout, stderr }: Program): void {
  for (const [stream, sink] of [
    [child.stdout, stdout],
    [child.stderr, stderr],
  ] as const)
    if (typeof sink === 'function') stream?.setEncoding('utf8').on('data', sink);
  // A program may close its input without reading it: EPIPE is not a failure.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
}

/** Does not use ChildProcess.kill: if the program was not found, Node 24 signals a pid that was never set. */
function killGroup({ pid }: ChildProcess, by: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, by);
  } catch {
    // it has already ended
  }
}
