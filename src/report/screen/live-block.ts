import { readFileSync } from 'node:fs';
import { createLive, type Live, type Render } from './live.ts';
import { reflowsIn } from './resize.ts';
import type { Size } from './text.ts';

/** What a live block needs of the outside world. */
interface TerminalIo {
  readonly err: (text: string) => void;
  /** of the terminal that `err` writes to, now */
  readonly columns: number | undefined;
  readonly rows?: number | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** The size of a terminal that does not tell. */
const usual: Size = { columns: 80, rows: 24 };

/**
 * A live block on the terminal of this process that respects what else appears there: Ctrl-Z removes it
 * before the process stops, `fg` draws it again below everything that has appeared since, and in the
 * background (`bg`) there is none. A terminal that gets another size (SIGWINCH) has it drawn anew at once.
 */
export function createLiveBlock(io: TerminalIo): Live {
  const live = createLive({
    write: io.err,
    size: () => ({ columns: io.columns ?? usual.columns, rows: io.rows ?? usual.rows }),
    isShown: isInForeground,
    reflows: reflowsIn(io.env),
  });
  const onStop = (): void => {
    live.end();
    // Again, without a handler: the shell must see the process stop by the signal that it sent.
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
  };
  const watch = (): void => {
    process.off('SIGTSTP', onStop).on('SIGTSTP', onStop);
  };
  // Also after SIGSTOP, which cannot be caught: the old block is part of the person's screen by now.
  const onContinue = (): void => {
    live.forget();
    watch();
  };
  const isIgnored = ignoresStop();
  if (!isIgnored) {
    watch();
    process.on('SIGCONT', onContinue);
  }
  let next: Render | undefined;
  let pending: NodeJS.Immediate | undefined;
  const drawNext = (): void => {
    pending = undefined;
    if (next !== undefined) live.draw(next);
  };
  const drawSoon = (): void => {
    // When a stopped process continues, its timers and answers run first, and the SIGCONT comes only after them.
    pending ??= setImmediate(drawNext);
  };
  // Node's own handler of SIGWINCH asks for the size first, and then calls this one.
  if (process.stderr.isTTY) process.stderr.on('resize', drawSoon);
  return {
    above(text) {
      live.above(text);
      drawSoon();
    },
    draw(render) {
      next = render;
      drawSoon();
    },
    end(last) {
      clearImmediate(pending);
      next = undefined;
      process.off('SIGTSTP', onStop).off('SIGCONT', onContinue);
      process.stderr.off('resize', drawSoon);
      live.end(last);
    },
  };
}

/**
 * Whether this process may write to its terminal freely: not while another job of the shell is in the
 * foreground. Fields 5 and 8 of /proc/self/stat, proc(5).
 */
function isInForeground(): boolean {
  if (!process.stderr.isTTY) return true;
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , group, , , front] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // -1: the process has no controlling terminal, though it writes to one.
    return front === '-1' || front === group;
  } catch {
    return true;
  }
}

/**
 * Whether the process was started with SIGTSTP ignored: then Ctrl-Z must do nothing, and a handler would
 * change that.
 */
function ignoresStop(): boolean {
  try {
    const [, mask = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    // SIGTSTP is 20 on Linux, signal(7); the lowest bit is signal 1.
    return (BigInt(`0x${mask}`) & (1n << 19n)) !== 0n;
  } catch {
    return false;
  }
}
