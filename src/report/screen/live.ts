/** A block of lines at the foot of a terminal that is redrawn in place. */
export interface Live {
  /** Replaces the lines of the block. */
  draw(lines: readonly string[]): void;
  /** Writes text above the block; the next draw brings the block back. */
  above(text: string): void;
  /** Removes the block. */
  end(): void;
}

/** A live block whose process may be stopped while it is drawn. */
export interface StoppableLive extends Live {
  /** Leaves the block on the screen, because other lines may be below it by now; the next draw starts a new one. */
  forget(): void;
}

/** Control sequences of ECMA-48: cursor up N lines, then erase from there to the end of the screen. */
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r\u001b[J` : '');

/**
 * Makes a live block on the terminal that `write` writes to.
 * @param isShown whether it may be drawn now
 */
export function createLive(
  write: (text: string) => void,
  isShown: () => boolean = () => true,
): StoppableLive {
  let drawn: readonly string[] = [];
  const erase = (): string => {
    const text = up(drawn.length);
    drawn = [];
    return text;
  };
  return {
    draw(lines) {
      if (!isShown()) return;
      // One write: a terminal that shows the gap between two would flicker.
      if (lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return;
      const text = erase() + lines.map((line) => `${line}\n`).join('');
      drawn = lines;
      write(text);
    },
    above(text) {
      write(erase() + text);
    },
    end() {
      write(erase());
    },
    forget() {
      drawn = [];
    },
  };
}
