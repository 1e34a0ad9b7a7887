/** Text for one cell of a table, in which Markdown has nothing to read. */
export function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[|*_<>[\]]/g, '\\$&');
}

/** Words for one cell, as they are typed. */
export const code = (words: string): string => `\`${words.replaceAll('|', '\\|')}\``;

/** A table; each row has as many cells as the head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replace(/ {2,}\|/g, ' |');
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}
