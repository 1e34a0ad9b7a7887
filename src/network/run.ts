import { spawn } from 'node:child_process';
import { reasonOf } from '../base/error.ts';
import type { Command } from './types.ts';

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
  command: Command,
  signal?: AbortSignal,
  onStart?: (pid: number) => void,
) => Promise<Finished>;

/** In characters: enough for whatever a person will read of it. */
const longestOutput = 64 * 1024;

/** A moment for the last output after the exit; a daemon that kept the pipe must not hold us for ever. */
const outputGraceMs = 250;

/** PATH with the folders of system tools: a person's shell or a cloud-init script may lack them. */
export function toolPath(): string {
  return [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin']
    .filter(Boolean)
    .join(':');
}

/**
 * Runs a command without a shell, in a process group of its own. When its time
 * is over or the signal is aborted the whole group gets SIGKILL, for a tool that
 * hangs mostly hangs in a child of its own.
 */
export const runCommand: Run = (command, signal, onStart) =>
  new Promise((resolve) => {
    const [program, ...args] = command.argv;
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: toolPath(), LC_ALL: 'C' },
    });
    if (child.pid !== undefined) onStart?.(child.pid);
    const limit = command.longestOutput ?? longestOutput;
    let output = '';
    let isCut = false;
    let killed: string | undefined;
    const kill = (why: string) => {
      killed ??= why;
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // it has ended by itself meanwhile
      }
    };
    const timer = setTimeout(() => kill(`killed after ${command.timeoutMs / 1000} s`), command.timeoutMs);
    const onAbort = () => kill('interrupted');
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const finish = (ok: boolean, how: string) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ok, how, output, ...(isCut ? { isCut } : {}) });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        isCut ||= output.length + text.length > limit;
        output = (output + text).slice(-limit);
      });
    }
    child.once('error', (error) => finish(false, `cannot be started: ${reasonOf(error)}`));
    child.once('exit', (code, signalName) => {
      const how = killed ?? (code === null ? `ended by ${signalName}` : `exit status ${code}`);
      const ended = () => finish(code === 0 && killed === undefined, how);
      const grace = setTimeout(ended, outputGraceMs);
      child.once('close', () => {
        clearTimeout(grace);
        ended();
      });
    });
  });
