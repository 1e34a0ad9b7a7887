import { endInWords, runProgram, tail } from './command.ts';
import { toolEnvironment } from './environment.ts';

/** A tool with its arguments; never a shell command line. */
export interface ToolCall {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** how much of the output is kept, in characters; default: 64 Ki */
  readonly longestOutput?: number;
}

/** How a command ended. */
export interface Finished {
  readonly ok: boolean;
  /** for a person: `exit status 1`, `killed after 30 s`, `cannot be started: no such file or directory` */
  readonly how: string;
  /** stdout and stderr; only the last `longestOutput` characters */
  readonly output: string;
  /** the beginning of the output is missing; default: the output is complete */
  readonly isCut?: boolean;
}

/**
 * Runs a command to its end. Never throws: the result says how it ended.
 * @param onStart called with the process id, which is also the process group id, as soon as the command runs
 */
export type Run = (
  command: ToolCall,
  signal?: AbortSignal,
  onStart?: (pid: number) => void,
) => Promise<Finished>;

/** In characters: more than a person will read. */
const longestOutput = 64 * 1024;

/**
 * Runs a command without a shell, in its own process group. On a timeout or an
 * abort the whole group gets SIGKILL, because a tool that hangs usually hangs in
 * one of its children.
 */
export const runCommand: Run = async (command, signal, onStart) => {
  const output = tail(command.longestOutput ?? longestOutput);
  const end = await runProgram({
    argv: command.argv,
    env: toolEnvironment(),
    stdout: output.push,
    stderr: output.push,
    timeoutMs: command.timeoutMs,
    signal,
    onStart,
  });
  return {
    ok: end.kind === 'exit' && end.status === 0,
    how: endInWords(end),
    output: output.text(),
    ...(output.isCut() ? { isCut: true } : {}),
  };
};
