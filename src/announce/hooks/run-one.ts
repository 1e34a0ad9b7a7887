import { splitLines } from '../../base/lines.ts';
import { endInWords, runProgram } from '../../system/command.ts';

/** One run of a hook. */
export interface HookRun {
  readonly path: string;
  /** its whole environment */
  readonly env: Readonly<Record<string, string>>;
  /** its standard input */
  readonly input: string;
  readonly timeoutMs: number;
  /** receives each line that it writes to standard output or standard error */
  readonly onLine: (line: string) => void;
  /** ends it early */
  readonly signal: AbortSignal;
  /** starts it elsewhere than in a child process of rc-wait */
  readonly launch?: HookLaunch | undefined;
}

/** A program that starts a hook elsewhere, forwards its input and output, and ends when and as the hook does. */
export type HookLaunch = (hook: Pick<HookRun, 'path' | 'env' | 'timeoutMs'>) => {
  readonly argv: readonly [string, ...string[]];
  /** the program's environment, not the hook's */
  readonly env: NodeJS.ProcessEnv;
  /** ends the hook, and with it the program */
  stop(): void;
};

/** How a hook ended. */
export interface HookEnd {
  readonly ok: boolean;
  /** in words: `exit status 1`, `killed after 60 s` */
  readonly how: string;
}

/** How long a program that has started a hook elsewhere may take to notice its end, in ms. */
const stopGraceMs = 5_000;

/**
 * Runs a hook to its end, in its own process group. When its time is over, the whole group gets SIGKILL.
 * Processes that a hook leaves behind when it ends by itself keep running: a hook may start a daemon. Never
 * throws.
 */
export async function runHook(hook: HookRun): Promise<HookEnd> {
  const { path, env, input, timeoutMs, onLine, signal, launch } = hook;
  const elsewhere = launch?.(hook);
  const [out, err] = [splitLines(onLine), splitLines(onLine)];
  const end = await runProgram({
    argv: elsewhere?.argv ?? [path],
    env: elsewhere?.env ?? env,
    cwd: '/',
    input,
    stdout: out.push,
    stderr: err.push,
    timeoutMs,
    signal,
    ...(elsewhere === undefined ? {} : { stop: () => elsewhere.stop(), graceMs: stopGraceMs }),
  });
  for (const lines of [out, err]) lines.end();
  const how = endInWords(end);
  return {
    ok: end.kind === 'exit' && end.status === 0,
    how: end.kind === 'not-started' ? `it ${how}` : how,
  };
}
