import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { type StartFault, startFault, startProgram } from './command.ts';

/** The signals that are passed on. */
type PassedSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** A program that takes the place of this process: it has its three streams, its terminal and its process group. */
export interface ForegroundProgram {
  readonly argv: readonly [string, ...string[]];
  /** the complete environment */
  readonly env: NodeJS.ProcessEnv;
  /** signals that it ignores from its start, as this process did */
  readonly ignored: readonly PassedSignal[];
  /** called before the start: from then on this process's signals go to `receiver` */
  readonly handTo: (receiver: (name: PassedSignal) => void) => void;
}

/** How it ended. Nothing but itself and signals ends it. */
type ForegroundEnd =
  | { readonly kind: 'exit'; readonly status: number }
  | { readonly kind: 'signal'; readonly by: NodeJS.Signals }
  | StartFault;

/**
 * Runs a program to its end, however long that takes. In a process group of its own, as other programs have it, it could
 * not read from the terminal, and Ctrl-C and Ctrl-Z would not reach it. Never throws or rejects.
 */
export function runInForeground({ argv, env, ignored, handTo }: ForegroundProgram): Promise<ForegroundEnd> {
  let pid: number | undefined;
  handTo((name) => {
    if (pid !== undefined && !(name === 'SIGINT' && isInForegroundOfTerminal())) pass(pid, name);
  });
  const child = startProgram(
    { argv: ignoring(ignored, argv), env },
    ['inherit', 'inherit', 'inherit'],
    false,
  );
  if ('kind' in child) return Promise.resolve(child);
  pid = child.pid;
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(startFault(error)));
    child.once('exit', (status, by) =>
      resolve(by === null ? { kind: 'exit', status: status ?? 0 } : { kind: 'signal', by }),
    );
  });
}

/** Node sets every signal of a child to its default; only a shell can make a program start with some of them ignored. */
function ignoring(
  ignored: readonly PassedSignal[],
  argv: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  if (ignored.length === 0) return argv;
  const names = ignored.map((name) => name.slice('SIG'.length)).join(' ');
  return ['/bin/sh', '-c', `trap '' ${names}; exec "$@"`, 'sh', ...argv];
}

function pass(pid: number, name: PassedSignal): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has already ended
  }
}

/**
 * Whether the terminal sends Ctrl-C to the process group of this process: the program has it then, and a second one would make
 * many programs break off without tidying up. `tpgid` of /proc/PID/stat, proc(5), is -1 without a terminal.
 */
function isInForegroundOfTerminal(): boolean {
  try {
    return isForegroundGroup(readFileSync('/proc/self/stat', 'utf8'));
  } catch {
    return false;
  }
}

/** The same, from the text of /proc/PID/stat. The name in it may hold spaces and parentheses. */
export function isForegroundGroup(stat: string): boolean {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return group !== undefined && group === foreground;
}

/** The exit status of a shell for a program that a signal has ended: 128 and the signal's number. */
export function exitOfKilled(by: NodeJS.Signals): number {
  return 128 + constants.signals[by];
}
