import { rowsTaken, type Size } from './text.ts';

/** A block as it was drawn. */
export interface Drawn {
  readonly lines: readonly string[];
  /** of the terminal then */
  readonly size: Size;
  /** rows of it that have left the screen at its top since, because the terminal became lower */
  readonly lost: number;
}

/** How far up the block begins now, in rows, and how many of its rows are beyond the screen. */
export interface Reach {
  readonly up: number;
  readonly lost: number;
}

/**
 * What has become of a block when its terminal has another size. A terminal that becomes lower drops the rows below the cursor
 * first, and then moves rows at its top into its history; one that becomes higher takes them back. One that becomes
 * narrower breaks longer lines anew, if it does that at all (`reflows`): see screen_resize_y and grid_reflow in tmux
 * 3.3; VTE, kitty, Alacritty and foot do the same.
 */
export function reachOf({ lines, size, lost }: Drawn, now: Size, reflows: boolean): Reach {
  const back = Math.min(lost, Math.max(now.rows - size.rows, 0));
  const out = now.rows < size.rows ? Math.max(lines.length - (now.rows - 1), 0) : 0;
  const rows =
    reflows && now.columns < size.columns
      ? lines.reduce((sum, line) => sum + rowsTaken(line, now.columns), 0)
      : lines.length;
  return { up: rows + back, lost: lost - back + out };
}

/**
 * Whether a terminal breaks longer lines anew when it becomes narrower, by its name and its marks in the environment: the
 * console of Linux, xterm and PuTTY do not. Too few rows leave a rest behind, too many take away what stood above.
 */
export function reflowsIn(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env.TMUX !== undefined || env.VTE_VERSION !== undefined) return true;
  return !/^(linux|xterm|vt\d.*|cons25|ansi)$/.test(env.TERM ?? '');
}
