import { readFileSync } from 'node:fs';
import { createLive, type Live } from './live.ts';

/**
 * A live block on the terminal of this process that leaves alone what the person
 * writes there meanwhile: with Ctrl-Z it goes before the process stops, after
 * `fg` it is drawn below all that stands there then, and in the background
 * (`bg`) there is none.
 */
export function createLiveBlock(io: { readonly err: (text: string) => void }): Live {
  const live = createLive(io.err, isInForeground);
  const onStop = (): void => {
    live.end();
    // Again, without a handler: the shell must see the process stop by the very signal that it sent.
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
  };
  const watch = (): void => {
    process.off('SIGTSTP', onStop).on('SIGTSTP', onStop);
  };
  // Also after SIGSTOP, which nobody can catch: the block of before is the person's by now.
  const onContinue = (): void => {
    live.forget();
    watch();
  };
  const isIgnored = ignoresStop();
  if (!isIgnored) {
    watch();
    process.on('SIGCONT', onContinue);
  }
  let next: readonly string[] = [];
  let pending: NodeJS.Immediate | undefined;
  const drawNext = (): void => {
    pending = undefined;
    live.draw(next);
  };
  return {
    above: live.above,
    draw(lines) {
      next = lines;
      // When a stopped process goes on, its timers and answers come first, and only then the SIGCONT that says so.
      pending ??= setImmediate(drawNext);
    },
    end() {
      clearImmediate(pending);
      process.off('SIGTSTP', onStop).off('SIGCONT', onContinue);
      live.end();
    },
  };
}

/**
 * Whether this process may write to its terminal as it likes: not while another
 * job of the shell is at the front of it. Fields 5 and 8 of /proc/self/stat, proc(5).
 */
function isInForeground(): boolean {
  if (!process.stderr.isTTY) return true;
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , front] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // -1: the process has no terminal of its own, though it writes to one.
    return front === '-1' || front === group;
  } catch {
    return true;
  }
}

/** Whether the process was started with SIGTSTP ignored: then Ctrl-Z shall do nothing, and a handler would change that. */
function ignoresStop(): boolean {
  try {
    const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    // SIGTSTP is 20 on Linux, signal(7); the first bit is signal 1.
    return (BigInt(`0x${mask}`) & (1n << 19n)) !== 0n;
  } catch {
    return false;
  }
}
