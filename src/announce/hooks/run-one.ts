import { splitLines } from '../../base/lines.ts';
import { inWords, runProgram } from '../../system/command.ts';

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
  /** its environment, which is not that of the hook */
  readonly env: NodeJS.ProcessEnv;
  /** ends the hook; the program should end by that */
  stop(): void;
};

/** How a hook ended. */
export interface HookEnd {
  readonly ok: boolean;
  /** in words: `exit status 1`, `killed after 60 s` */
  readonly how: string;
}

/** How long a program that has started a hook elsewhere may take to notice that it was ended. */
const stopGraceMs = 5_000;

/**
 * Runs a hook to its end, in a process group of its own. When its time is over
 * the whole group gets SIGKILL. What it leaves running when it ends by itself is
 * left alone: to start a daemon is a hook's good right. Never throws.
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
  const how = inWords(end);
  return {
    ok: end.kind === 'exit' && end.status === 0,
    how: end.kind === 'not-started' ? `it ${how}` : how,
  };
}
