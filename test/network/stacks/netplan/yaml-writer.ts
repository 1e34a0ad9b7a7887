/** What a YAML file says; every scalar is a text. */
export type Tree = string | readonly Tree[] | { readonly [key: string]: Tree };

/**
 * Writes a tree as YAML in one of very many ways: block or flow, indented or
 * not, quoted or not, with comments, blank lines, CRLF, and with or without a
 * last line break. `next` gives the numbers that decide, so a case can be shrunk.
 */
export function writeYaml(tree: Tree, next: () => number): string {
  const ending = next() % 4 === 0 ? '\r\n' : '\n';
  const last = next() % 4 === 0 ? '' : ending;
  const indent = 2 + (next() % 3);
  return block(tree, 0, indent, next).join(ending) + last;
}

function block(tree: Tree, column: number, indent: number, next: () => number): string[] {
  const pad = ' '.repeat(column);
  const lines: string[] = [];
  if (typeof tree === 'string') return [pad + scalar(tree, next)];
  for (const [key, value] of Array.isArray(tree)
    ? tree.map((item) => [undefined, item] as const)
    : Object.entries(tree)) {
    lines.push(...noise(next));
    if (key === undefined) lines.push(...item(value, pad, column, indent, next));
    else lines.push(...pair(key, value, pad, column, indent, next));
  }
  return lines;
}

function item(value: Tree, pad: string, column: number, indent: number, next: () => number): string[] {
  if (isInline(value, next)) return [`${pad}-${gap(next)}${flow(value, next)}${comment(next)}`];
  const space = 1 + (next() % 3);
  // The first line of a block item stands behind its dash, so it can be no comment.
  const lines = block(value, column + 1 + space, indent, () => 1 + (next() & ~7));
  return [`${pad}-${' '.repeat(space)}${(lines[0] ?? '').trimStart()}`, ...lines.slice(1)];
}

function pair(
  key: string,
  value: Tree,
  pad: string,
  column: number,
  indent: number,
  next: () => number,
): string[] {
  const name = `${pad}${next() % 9 === 0 ? JSON.stringify(key) : key}:`;
  if (isInline(value, next)) return [`${name}${gap(next)}${flow(value, next)}${comment(next)}`];
  const deeper = Array.isArray(value) && next() % 2 === 0 ? column : column + indent;
  return [name + comment(next), ...block(value, deeper, indent, next)];
}

/** Scalars and empty collections always; others one time in four. */
function isInline(value: Tree, next: () => number): boolean {
  return typeof value === 'string' || Object.keys(value).length === 0 || next() % 4 === 0;
}

function flow(value: Tree, next: () => number): string {
  if (typeof value === 'string') return scalar(value, next, true);
  const open = next() % 3 === 0 ? ' ' : '';
  const parts = Array.isArray(value)
    ? value.map((one) => flow(one, next))
    : Object.entries(value).map(([key, one]) => `${key}: ${flow(one, next)}`);
  const trailing = parts.length > 0 && next() % 6 === 0 ? ',' : '';
  const body = parts.join(next() % 2 === 0 ? ', ' : ' , ') + trailing;
  return Array.isArray(value) ? `[${open}${body}${open}]` : `{${open}${body}${open}}`;
}

function scalar(text: string, next: () => number, inFlow = false): string {
  const plain = /^[\w./-]+$/.test(text) || (!inFlow && /^[\w:./-]+$/.test(text));
  if (plain && next() % 3 !== 0) return text;
  return next() % 2 === 0 ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}

function gap(next: () => number): string {
  return [' ', ' ', '  ', ' \t'][next() % 4] ?? ' ';
}

function comment(next: () => number): string {
  return next() % 7 === 0 ? '   # gateway4: 1.2.3.4, to: default' : '';
}

function noise(next: () => number): string[] {
  const kind = next() % 12;
  if (kind === 0) return [''];
  if (kind === 2) return ['# a comment at the margin: { [ \' "'];
  return kind === 4 ? ['            # - to: default'] : [];
}
