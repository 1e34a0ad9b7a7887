import { readFileSync } from 'node:fs';

/** A process as the ledger knows it: a pid alone may have been given to another process since. */
export interface Owner {
  readonly pid: number;
  /** start time in clock ticks since boot: field 22 of /proc/PID/stat, proc(5) */
  readonly started: string;
}

/** The start time of a process; undefined when there is none of that pid, or only its zombie is left. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name, in parentheses, may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** This process. */
export function thisOwner(): Owner {
  return { pid: process.pid, started: startTimeOf(process.pid) ?? '' };
}

/**
 * Whether the process that took a slot still runs. Its slot goes on counting
 * either way; the answer only decides whether somebody else may put the same
 * question without waiting for the time-out of a process that is gone.
 */
export function isAlive({ pid, started }: Owner): boolean {
  return startTimeOf(pid) === started;
}
