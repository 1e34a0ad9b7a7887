import { readFileSync, rmSync } from 'node:fs';
import { readRegularText, replaceFile } from '../../base/files.ts';
import type { Run } from '../../system/tool.ts';

/** A process, distinguished from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** start time in clock ticks since boot: field 22 of proc_pid_stat(5) */
  readonly startTicks: string;
}

/** The identity of a process; undefined if it has ended. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return startTicks === undefined || state === 'Z' ? undefined : { pid, startTicks };
  } catch {
    return undefined;
  }
}

/** Whether the process still runs, and its pid was not reused. */
export function isOwnerAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.startTicks === startTicks;
}

/** Kills a process, or with `group` its process group. Harmless if it has ended. */
export function end(identity: ProcessIdentity, { group = false } = {}): void {
  if (!isOwnerAlive(identity)) return;
  try {
    process.kill(group ? -identity.pid : identity.pid, 'SIGKILL');
  } catch {
    // it has already ended
  }
}

/** The id of this boot: pids and the kernel's routes are invalid in any other boot. Empty if it cannot be read. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/**
 * A `run` that notes the running command in a file. A command outlives an rc-wait that
 * gets SIGKILL, and "netplan apply" will still apply the new files that it has read, so
 * it must be killed before the old files are restored.
 */
export function notingCommands(run: Run, note: string): Run {
  return async (command, signal) => {
    const finished = await run(command, signal, (pid) => {
      try {
        // Without fsync: the note is only for other processes of this boot.
        replaceFile(note, JSON.stringify(identifyProcess(pid)), 0o600);
      } catch {
        // A full disk must not stop the commands that restore the network.
      }
    });
    rmSync(note, { force: true });
    return finished;
  };
}

/** In bytes: larger than any note. */
const largestNoteBytes = 4_096;

/** Kills the command that a killed rc-wait left running, and its children. */
export function endNotedCommand(note: string): void {
  try {
    const { pid, startTicks } = JSON.parse(
      readRegularText(note, largestNoteBytes),
    ) as Partial<ProcessIdentity>;
    if (typeof pid === 'number' && pid > 1 && typeof startTicks === 'string')
      end({ pid, startTicks }, { group: true });
  } catch {
    // no note, or an incomplete one
  }
  rmSync(note, { force: true });
}
