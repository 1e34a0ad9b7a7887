const esc = '\u001b';
const parts = new RegExp(`${esc}\\[\\d+A|${esc}\\[J|\\r|\\n|[^${esc}\\r\\n]+|${esc}`, 'gu');
const cursorUp = new RegExp(`^${esc}\\[(\\d+)A$`, 'u');

/** A terminal that knows the sequences that the live block uses, and shows any other as it comes. */
export interface Terminal {
  readonly write: (text: string) => void;
  /** all that was written, write by write */
  readonly writes: readonly string[];
  /** the lines above the one that the cursor is in, as a person sees them */
  readonly screen: () => readonly string[];
}

/** A terminal without a limit to its height. Throws where the cursor would leave it. */
export function createTerminal(): Terminal {
  const writes: string[] = [];
  let lines: string[] = [''];
  let row = 0;
  const up = (count: number): void => {
    row -= count;
    if (row < 0) throw new Error('the cursor left the screen');
  };
  const put = (part: string): void => {
    const [, ups] = cursorUp.exec(part) ?? [];
    if (ups !== undefined) up(Number(ups));
    else if (part === `${esc}[J`) lines = [...lines.slice(0, row), ''];
    else if (part === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (part !== '\r') lines[row] = (lines[row] ?? '') + part;
  };
  return {
    write(text) {
      writes.push(text);
      for (const [part] of text.matchAll(parts)) put(part);
    },
    writes,
    screen: () => lines.slice(0, row),
  };
}
