import { spawn } from 'node:child_process';
import { reasonOf } from '../base/error.ts';
import { splitLines } from './lines.ts';

/** One run of a hook. */
export interface HookRun {
  readonly path: string;
  /** all of its environment */
  readonly env: Readonly<Record<string, string>>;
  /** what it can read on its standard input */
  readonly input: string;
  readonly timeoutMs: number;
  /** told each line that it writes, to standard output or standard error */
  readonly onLine: (line: string) => void;
  /** ends it before */
  readonly signal: AbortSignal;
  /** starts it elsewhere than in a process of our own */
  readonly launch?: Launch | undefined;
}

/** A program that starts a hook elsewhere, hands its input and output on, and ends when and as the hook does. */
export type Launch = (hook: Pick<HookRun, 'path' | 'env' | 'timeoutMs'>) => {
  readonly argv: readonly [string, ...string[]];
  /** ends the hook; the program should end by that */
  stop(): void;
};

/** How a hook ended. */
export interface HookEnd {
  readonly ok: boolean;
  /** in words: `exit status 1`, `killed after 60 s` */
  readonly how: string;
}

/** A moment for the last output after the exit; a daemon that a hook has started may keep the pipe for ever. */
const outputGraceMs = 250;

/** How long a program that has started a hook elsewhere may take to notice that it was ended. */
const stopGraceMs = 5_000;

/**
 * Runs a hook to its end, in a process group of its own. When its time is over
 * the whole group gets SIGKILL. What it leaves running when it ends by itself is
 * left alone: to start a daemon is a hook's good right. Never throws.
 */
export function runHook(hook: HookRun): Promise<HookEnd> {
  const { path, env, input, timeoutMs, onLine, signal, launch } = hook;
  return new Promise((resolve) => {
    const elsewhere = launch?.(hook);
    const [program, ...args] = elsewhere?.argv ?? [path];
    const child = spawn(program, args, { cwd: '/', detached: true, env, stdio: ['pipe', 'pipe', 'pipe'] });
    let killed: string | undefined;
    let late: NodeJS.Timeout | undefined;
    const kill = (why: string): void => {
      if (killed !== undefined) return;
      killed = why;
      elsewhere?.stop();
      if (elsewhere === undefined) killGroup();
      else late = setTimeout(killGroup, stopGraceMs);
    };
    const killGroup = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended by itself meanwhile
      }
    };
    const timer = setTimeout(() => kill(`killed after ${timeoutMs / 1000} s`), timeoutMs);
    const interrupt = (): void => kill('interrupted');
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });

    const streams = [child.stdout, child.stderr].map((stream) => {
      const lines = splitLines(onLine);
      stream.setEncoding('utf8');
      stream.on('data', lines.push);
      return { stream, lines };
    });
    const finish = (ok: boolean, how: string): void => {
      clearTimeout(timer);
      clearTimeout(late);
      signal.removeEventListener('abort', interrupt);
      for (const { stream, lines } of streams) {
        lines.end();
        stream.destroy();
      }
      resolve({ ok, how });
    };
    // A hook that does not read what it is told closes the pipe: EPIPE is no failure.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', (error) => finish(false, `it cannot be started: ${reasonOf(error)}`));
    child.once('exit', (code, signalName) => {
      const how = killed ?? (code === null ? `ended by ${signalName}` : `exit status ${code}`);
      const ended = (): void => finish(code === 0 && killed === undefined, how);
      const grace = setTimeout(ended, outputGraceMs);
      child.once('close', () => {
        clearTimeout(grace);
        ended();
      });
    });
  });
}
