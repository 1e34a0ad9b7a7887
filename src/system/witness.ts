import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { startProgram } from './command.ts';

/** How long Node may take to report the end of a witness, in ms. One that has not run by then is asked for what waits for it. */
const settleMs = 50;

/**
 * A process in the process group of this one that only notices SIGINT. Node does not tell who has sent a signal: Ctrl-C goes
 * to the whole group, `kill -INT` to one process. It ends with this process, because its input ends then.
 */
export interface Witness {
  /** Whether a SIGINT that this process has just got went to the whole group; undefined: there is no witness of it. */
  groupWasInterrupted(): Promise<boolean | undefined>;
  end(): void;
}

/** Starts a witness; another one takes its place each time that a signal ends it. @param path PATH, to find cat(1) */
export function startWitness(path: string | undefined): Witness {
  let pid: number | undefined;
  let close = (): void => undefined;
  let isOver = false;
  let interrupts = 0;
  /** those that were reported, or will be once the witness has run */
  let reported = 0;
  const begin = (): void => {
    const child = startProgram({ argv: ['cat'], env: { PATH: path } }, ['pipe', 'ignore', 'ignore'], false);
    if ('kind' in child) return;
    pid = child.pid;
    close = () => child.stdin?.destroy();
    child.stdin?.on('error', () => undefined);
    child.on('error', () => undefined);
    child.once('exit', (_, by) => {
      pid = undefined;
      if (by === 'SIGINT') interrupts += 1;
      if (by !== null && !isOver) begin();
    });
    child.unref();
  };
  const look = async (): Promise<boolean | undefined> => {
    await setTimeout(settleMs);
    if (interrupts > reported) {
      reported = interrupts;
      return true;
    }
    if (pid === undefined) return undefined;
    if (!hasPendingSignal(pid)) return false;
    reported = interrupts + 1;
    return true;
  };
  let looking: Promise<boolean | undefined> | undefined;
  begin();
  return {
    groupWasInterrupted() {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    end() {
      isOver = true;
      close();
    },
  };
}

/** Whether a process has been sent a signal that it has not taken yet: `SigPnd` and `ShdPnd` of /proc/PID/status, proc(5). */
function hasPendingSignal(pid: number): boolean {
  try {
    return /^(?:SigPnd|ShdPnd):\s*0*[1-9a-f]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
