/** A longer line is cut in pieces: somebody may print a file that has no newline. */
const longestLine = 4_096;

/** More is left out: it would push all else out of the journal. */
const mostLines = 1_000;

/** Text that comes in pieces, told line by line. */
export interface Lines {
  push(text: string): void;
  /** tells what came after the last newline */
  end(): void;
}

/**
 * Splits text into lines, of which empty ones are passed over.
 * @param most more lines than this are left out, which is said once
 */
export function splitLines(onLine: (line: string) => void, most = mostLines): Lines {
  let rest = '';
  let told = 0;
  const tell = (line: string): void => {
    if (line === '') return;
    told += 1;
    if (told <= most) onLine(line);
    else if (told === most + 1) onLine('… and more, which is left out');
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
