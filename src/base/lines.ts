/** The longest line; longer ones are split, because a program may print a file without newlines. */
const longestLine = 4_096;

/** The default limit of lines: more would push everything else out of the journal. */
const mostLines = 1_000;

/** Splits text that arrives in pieces. */
export interface Lines {
  push(text: string): void;
  /** reports the text after the last newline */
  end(): void;
}

/**
 * Splits text into lines and skips empty ones.
 * @param most further lines are dropped, with one notice
 */
export function splitLines(onLine: (line: string) => void, most = mostLines): Lines {
  let rest = '';
  let count = 0;
  const tell = (line: string): void => {
    if (line === '') return;
    count += 1;
    if (count <= most) onLine(line);
    else if (count === most + 1) onLine('… and more, which is left out');
  };
  return {
    push(text) {
      rest += text;
      const lines = rest.split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) for (const piece of pieces(line)) tell(piece);
      while (rest.length > longestLine) {
        tell(rest.slice(0, longestLine));
        rest = rest.slice(longestLine);
      }
    },
    end() {
      tell(rest);
      rest = '';
    },
  };
}

function pieces(line: string): readonly string[] {
  const count = Math.max(1, Math.ceil(line.length / longestLine));
  return Array.from({ length: count }, (_, index) =>
    line.slice(index * longestLine, (index + 1) * longestLine),
  );
}
