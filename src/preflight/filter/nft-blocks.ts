/** A statement of nft(8), with the blocks it stands in. */
export interface NftStatement {
  /** the heads of the blocks around it: `table inet filter`, `chain input` */
  readonly blocks: readonly string[];
  readonly text: string;
  /** the line that it begins on, from 0 */
  readonly index: number;
}

/**
 * Cuts a rule set into statements: they end at a newline or a semicolon. Braces open a block in a table and at the
 * top, and are a set in a chain.
 */
export function nftStatements(text: string): readonly NftStatement[] {
  const statements: NftStatement[] = [];
  const blocks: string[] = [];
  let current = '';
  let begin = 0;
  let index = 0;
  let depth = 0;
  const end = (): void => {
    const whole = current.trim().replace(/\s+/g, ' ');
    if (whole !== '') statements.push({ blocks: [...blocks], text: whole, index: begin });
    current = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (current.trim() === '') begin = index;
    if (character === '\n') index += 1;
    if (character === '"') {
      const close = text.indexOf('"', at + 1);
      const last = close === -1 ? text.length - 1 : close;
      current += text.slice(at, last + 1);
      at = last;
    } else if (character === '#') {
      const line = text.indexOf('\n', at);
      at = (line === -1 ? text.length : line) - 1;
    } else if (character === '\\' && text.charAt(at + 1) === '\n') {
      index += 1;
      at += 1;
      current += ' ';
    } else if (character === '{') {
      if (depth === 0 && opensBlock(blocks, current)) {
        blocks.push(
          current
            .trim()
            .replace(/\s+/g, ' ')
            .replace(/^(?:add|create) /, ''),
        );
        current = '';
      } else {
        depth += 1;
        current += character;
      }
    } else if (character === '}') {
      if (depth > 0) {
        depth -= 1;
        current += character;
      } else {
        end();
        blocks.pop();
      }
    } else if (depth === 0 && (character === '\n' || character === ';')) end();
    else current += character === '\n' ? ' ' : character;
  }
  end();
  return statements;
}

function opensBlock(blocks: readonly string[], head: string): boolean {
  const word = head.trim().replace(/^(?:add|create) /, '');
  const last = blocks.at(-1);
  if (last === undefined) return /^(?:table|chain|set|map)\b/.test(word);
  return last.startsWith('table');
}
