/** How much of JSON is parsed. */
export interface JsonBounds {
  /** lists and objects inside one another */
  readonly depth?: number;
  /** values: members of objects, items of lists, and the whole */
  readonly parts?: number;
}

/** Far deeper than any document that rc-wait reads. */
const deepest = 100;

/**
 * More than any document that rc-wait reads: a catalog of fifty services in ten regions has some 8,000. A part takes up
 * to 300 bytes once it is parsed.
 */
const mostParts = 50_000;

/**
 * Why JSON from outside is not parsed, to follow the name of the text: `has more than 50000 parts`. Undefined if it may
 * be parsed. JSON.parse has no bound: 1 MiB of `[[[[…` takes it 400 MB, and what calls itself for each level overflows
 * the stack. Whether the text is JSON at all is not judged here.
 */
export function jsonFault(
  text: string,
  { depth: mostLevels = deepest, parts: most = mostParts }: JsonBounds = {},
): string | undefined {
  let depth = 0;
  let parts = 1;
  let isFirst = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) continue;
    const isClose = code === 0x7d || code === 0x5d;
    // The first value in brackets, and one behind each comma.
    if (code === 0x2c || (isFirst && !isClose)) parts += 1;
    if (parts > most) return `has more than ${most} parts`;
    isFirst = code === 0x7b || code === 0x5b;
    if (isFirst) depth += 1;
    else if (isClose) depth -= 1;
    else if (code === quote) at = stringEnd(text, at);
    if (depth > mostLevels) return `is nested more than ${mostLevels} levels deep`;
  }
  return undefined;
}

/**
 * JSON.parse for text from outside: an answer, or a file that rc-wait did not write.
 * @throws SyntaxError also for text that goes beyond the bounds
 */
export function parseOutsideJson(text: string): unknown {
  const fault = jsonFault(text);
  if (fault !== undefined) throw new SyntaxError(`it ${fault}`);
  return JSON.parse(text);
}

const quote = 0x22;
const backslash = 0x5c;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The position of the closing quote of the JSON string at `at`; the end of the text if it has none. */
export function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
