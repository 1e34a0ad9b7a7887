import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { type StartFault, startFault, startProgram } from './command.ts';
import { startWitness } from './witness.ts';

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
  const send = (name: PassedSignal): void => {
    if (pid !== undefined) pass(pid, name);
  };
  // A second Ctrl-C would make many programs break off without tidying up.
  const witness = terminalGroup() === 'none' ? undefined : startWitness(env.PATH);
  handTo((name) => {
    if (name !== 'SIGINT' || witness === undefined) send(name);
    else
      void witness.groupWasInterrupted().then((was) => {
        if (!(was ?? terminalGroup() === 'own')) send(name);
      });
  });
  const child = startProgram(
    { argv: ignoring(ignored, argv), env },
    ['inherit', 'inherit', 'inherit'],
    false,
  );
  if ('kind' in child) {
    witness?.end();
    return Promise.resolve(child);
  }
  pid = child.pid;
  return new Promise<ForegroundEnd>((resolve) => {
    child.once('error', (error) => resolve(startFault(error)));
    child.once('exit', (status, by) => {
      pid = undefined;
      resolve(by === null ? { kind: 'exit', status: status ?? 0 } : { kind: 'signal', by });
    });
  }).finally(() => witness?.end());
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

/** The process group to which the terminal of this process sends Ctrl-C. */
type TerminalGroup = 'own' | 'another' | 'none';

function terminalGroup(): TerminalGroup {
  try {
    return terminalGroupOf(readFileSync('/proc/self/stat', 'utf8'));
  } catch {
    return 'none';
  }
}

/**
 * The same, from the text of /proc/PID/stat: `tpgid`, proc(5), is -1 without a terminal. The name in it may hold spaces and
 * parentheses.
 */
export function terminalGroupOf(stat: string): TerminalGroup {
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (group === undefined || foreground === undefined || foreground === '-1') return 'none';
  return group === foreground ? 'own' : 'another';
}

/** The exit status of a shell for a program that a signal has ended: 128 and the signal's number. */
export function exitOfKilled(by: NodeJS.Signals): number {
  return 128 + constants.signals[by];
}
