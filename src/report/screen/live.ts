import { type Drawn, reachOf } from './resize.ts';
import type { Size } from './text.ts';

/** Makes the lines of a block for a terminal of this size. */
export type Render = (size: Size) => readonly string[];

/** A block of lines at the foot of a terminal that is redrawn in place. */
export interface Live {
  /** Replaces the lines of the block; it is rendered again when the terminal has got another size. */
  draw(render: Render): void;
  /** Writes text above the block; the next draw brings the block back. */
  above(text: string): void;
  /** Removes the block. @param last lines that stay in its place */
  end(last?: Render): void;
}

/** A live block whose process may be stopped while it is drawn. */
export interface StoppableLive extends Live {
  /** Leaves the block on the screen, because other lines may be below it by now; the next draw starts a new one. */
  forget(): void;
}

/** The terminal that a live block is on. */
export interface Screen {
  readonly write: (text: string) => void;
  /** its size now */
  readonly size: () => Size;
  /** whether the block may be drawn now; left out: always */
  readonly isShown?: () => boolean;
  /** whether it breaks longer lines anew when it becomes narrower; left out: no */
  readonly reflows?: boolean;
}

/** Control sequences of ECMA-48: cursor up N lines, then erase from there to the end of the screen. */
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r\u001b[J` : '');

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/**
 * Makes a live block on a terminal. One row stays free, because the line feed after the last line would otherwise
 * push the first line out of the screen, beyond the reach of the cursor.
 */
export function createLive({ write, size, isShown = () => true, reflows = false }: Screen): StoppableLive {
  let drawn: Drawn | undefined;
  /** The sequence that removes the block, and what of it is beyond the screen. */
  const erasing = (now: Size): { readonly sequence: string; readonly lost: number } => {
    if (drawn === undefined) return { sequence: '', lost: 0 };
    const reach = reachOf(drawn, now, reflows);
    return { sequence: up(reach.up), lost: reach.lost };
  };
  const erase = (now: Size): string => {
    const { sequence } = erasing(now);
    drawn = undefined;
    return sequence;
  };
  return {
    draw(render) {
      if (!isShown()) return;
      const now = size();
      const lines = render(now).slice(0, Math.max(now.rows - 1, 0));
      // One write: a terminal that shows the gap between two would flicker.
      if (drawn !== undefined && isSame(drawn, lines, now)) return;
      const { sequence, lost } = erasing(now);
      drawn = { lines, size: now, lost };
      write(sequence + text(lines));
    },
    above(said) {
      write(erase(size()) + said);
    },
    end(last) {
      const now = size();
      write(erase(now) + (last === undefined ? '' : text(last(now))));
    },
    forget() {
      drawn = undefined;
    },
  };
}

function isSame(drawn: Drawn, lines: readonly string[], { columns, rows }: Size): boolean {
  return (
    drawn.size.columns === columns &&
    drawn.size.rows === rows &&
    lines.length === drawn.lines.length &&
    lines.every((line, index) => line === drawn.lines[index])
  );
}
