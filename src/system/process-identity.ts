import { readFileSync } from 'node:fs';

/** A process in the ledger. The pid alone is not enough, because the kernel may have reused it. */
export interface Owner {
  readonly pid: number;
  /** start time in clock ticks since boot: field 22 of /proc/PID/stat, proc(5) */
  readonly started: string;
}

/** The start time of a process; undefined if it does not exist or is a zombie. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name is in parentheses and may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function thisOwner(): Owner {
  return { pid: process.pid, started: startTimeOf(process.pid) ?? '' };
}

/**
 * Whether the process that took a slot still runs. The slot counts either way. The
 * answer only decides whether another process may repeat the request at once, without
 * waiting for the timeout of a process that is gone.
 */
export function isAlive({ pid, started }: Owner): boolean {
  return startTimeOf(pid) === started;
}
