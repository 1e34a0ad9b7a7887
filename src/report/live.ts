/** A block of lines at the foot of a terminal that is drawn again in place. */
export interface Live {
  /** Draws these lines in the place of the last ones. */
  draw(lines: readonly string[]): void;
  /** Writes text above the block; the next draw brings the block back. */
  above(text: string): void;
  /** Takes the block away. */
  end(): void;
}

/** A live block whose process may be stopped while it is drawn. */
export interface StoppableLive extends Live {
  /** Leaves what was drawn where it stands, since other lines may be below it by now; the next draw begins anew. */
  forget(): void;
}

/** Control sequences of ECMA-48: cursor up N lines, then erase from there to the end of the screen. */
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A\r\u001b[J` : '');

/**
 * A live block on a terminal that `write` writes to.
 * @param isShown whether it may be drawn at this moment
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
