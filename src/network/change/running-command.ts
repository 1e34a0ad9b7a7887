import { readFileSync, rmSync } from 'node:fs';
import { readRegularText, replaceFile } from '../../base/files.ts';
import type { Run } from '../../system/tool.ts';

/** A process, told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** when it began, in clock ticks since the boot: field 22 of proc_pid_stat(5) */
  readonly startTicks: string;
}

/** Who a process is; undefined when it has ended. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, also spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return startTicks === undefined || state === 'Z' ? undefined : { pid, startTicks };
  } catch {
    return undefined;
  }
}

/** Whether it is still at work, and not another one that has got its number. */
export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return identify(pid)?.startTicks === startTicks;
}

/** Ends a process, or with `group` the process group that it leads, at once. Harmless when it has ended. */
export function end(identity: ProcessIdentity, { group = false } = {}): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(group ? -identity.pid : identity.pid, 'SIGKILL');
  } catch {
    // it has ended by itself meanwhile
  }
}

/** The boot that this is: process numbers and the kernel's routes mean nothing in another. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * A `run` that notes each command in a file while it runs. A command outlives an
 * rc-wait that gets SIGKILL, and what "netplan apply" has read it will write:
 * whoever puts the old files back has to end it first.
 */
export function notingCommands(run: Run, note: string): Run {
  return async (command, signal) => {
    const finished = await run(command, signal, (pid) => {
      try {
        // At once and without fsync: it is for other processes of this boot alone.
        replaceFile(note, JSON.stringify(identify(pid)), 0o600);
      } catch {
        // A disk that has filled up must not stop what brings the network back.
      }
    });
    rmSync(note, { force: true });
    return finished;
  };
}

/** More than a note has. */
const largestNoteBytes = 4_096;

/** Ends the command that a killed rc-wait left running, with its children. */
export function endNotedCommand(note: string): void {
  try {
    const { pid, startTicks } = JSON.parse(
      readRegularText(note, largestNoteBytes),
    ) as Partial<ProcessIdentity>;
    if (typeof pid === 'number' && pid > 1 && typeof startTicks === 'string')
      end({ pid, startTicks }, { group: true });
  } catch {
    // there is none, or its note was not written to the end
  }
  rmSync(note, { force: true });
}
