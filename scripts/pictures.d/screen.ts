/** In px, of one character in a font of fixed width. */
const advance = 8.43;
const lineHeight = 19;
const margin = 16;

/** What an attribute of SGR (ECMA-48) looks like; the colours are classes, which follow the reader's theme. */
const classes: Readonly<Record<string, string>> = {
  1: 'strong',
  2: 'faint',
  31: 'bad',
  32: 'good',
  33: 'caution',
};

/** What ends which of them; 0 and no number end all. */
const ends: Readonly<Record<string, readonly string[]>> = { 22: ['1', '2'], 39: ['31', '32', '33'] };

const sgrStart = '\u001b';
const attributes = new RegExp(`(${sgrStart}\\[[\\d;]*m)`);

interface Piece {
  readonly column: number;
  readonly text: string;
  readonly classes: readonly string[];
}

/** Draws what a terminal shows, with its colours, as an SVG that needs nothing from elsewhere. Pure. */
export function screenPicture(painted: string, columns: number, title: string): string {
  const lines = painted.trimEnd().split('\n');
  const width = Math.ceil(columns * advance + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const texts = lines.flatMap((line, row) =>
    piecesOf(line).map((piece) => textOf(piece, margin + (row + 0.75) * lineHeight)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height}" rx="8"/>`,
    ...texts,
    '</svg>\n',
  ].join('\n');
}

const style = [
  'text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre;fill:#1f2328}',
  'rect{fill:#f6f8fa}.strong{font-weight:700}.faint{opacity:.65}.bad{fill:#b3261e}.good{fill:#1a7f37}.caution{fill:#8a5a00}',
  '@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#161b22}.bad{fill:#ff7b72}.good{fill:#56d364}.caution{fill:#e3b341}}',
].join('');

/** The parts of a line that look alike. Each has a place of its own: fonts differ in their widths. */
function piecesOf(line: string): readonly Piece[] {
  const on = new Set<string>();
  const pieces: Piece[] = [];
  let column = 0;
  for (const part of line.split(attributes)) {
    if (part.startsWith(sgrStart)) for (const code of part.slice(2, -1).split(';')) apply(on, code);
    else {
      const shown = [...on].flatMap((code) => classes[code] ?? []);
      if (part.trim() !== '') pieces.push({ column, text: part, classes: shown });
      column += part.length;
    }
  }
  return pieces;
}

function apply(on: Set<string>, code: string): void {
  if (code === '' || code === '0') on.clear();
  else if (ends[code] !== undefined) for (const ended of ends[code]) on.delete(ended);
  else on.add(code);
}

function textOf({ column, text, classes }: Piece, y: number): string {
  const x = margin + column * advance;
  const length = (text.length * advance).toFixed(1);
  const attribute = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
  return `<text x="${x.toFixed(1)}" y="${y}" textLength="${length}" xml:space="preserve"${attribute}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
