import { inWords, runProgram, tail } from './command.ts';
import { toolEnvironment } from './environment.ts';

/** A tool with its arguments; never a line for a shell. */
export interface ToolCall {
  readonly argv: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** how much of its output is kept, in characters; 64 Ki when left out */
  readonly longestOutput?: number;
}

/** How a command ended. */
export interface Finished {
  readonly ok: boolean;
  /** in words: `exit status 1`, `killed after 30 s`, `cannot be started: no such file or directory` */
  readonly how: string;
  /** what it wrote to stdout and stderr, the end of it where that was more than the command may write */
  readonly output: string;
  /** the beginning of the output is missing; left out: it is whole */
  readonly isCut?: boolean;
}

/**
 * Runs a command to its end. Never throws: how it ended is a value.
 * @param onStart told the process id, which is that of its process group too, as soon as there is one
 */
export type Run = (
  command: ToolCall,
  signal?: AbortSignal,
  onStart?: (pid: number) => void,
) => Promise<Finished>;

/** In characters: enough for whatever a person will read of it. */
const longestOutput = 64 * 1024;

/**
 * Runs a command without a shell, in a process group of its own. When its time
 * is over or the signal is aborted the whole group gets SIGKILL, for a tool that
 * hangs mostly hangs in a child of its own.
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
    how: inWords(end),
    output: output.text(),
    ...(output.isCut() ? { isCut: true } : {}),
  };
};
