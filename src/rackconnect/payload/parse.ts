import { parseJson } from './json.ts';
import { Budget, BudgetSpent, leaf, type ParsedTree, unreadable } from './tree.ts';
import { parseXml } from './xml.ts';

/** The transport stops at 1 MiB; this limits bodies from elsewhere. */
const maxLength = 1024 * 1024;

/**
 * Reads a body into a tree. The body itself decides its format, because servers label JSON as text/plain and
 * error pages as JSON; `expected` (a content type or a format) only appears in the error.
 */
export function parsePayload(body: string, expected: string): ParsedTree {
  if (body.length > maxLength) return unreadable(`the answer is longer than ${maxLength} characters`);
  const text = body.replace(/^\uFEFF/, '').trim();
  if (text === '') return unreadable('the answer is empty');
  try {
    if (/^[[{"]/.test(text) || /^(?:null|true|false)$/.test(text)) return parseJson(text);
    if (text.startsWith('<')) return parseMarkup(text, expected);
    return { ok: true, tree: leaf('', text) };
  } catch (error) {
    if (error instanceof BudgetSpent) return unreadable(`the answer has more than ${Budget.parts} parts`);
    throw error;
  }
}

const htmlRoots =
  /^<(?:!doctype\s+html|(?:html|head|body|title|meta|link|script|style|center|div|p|span|h[1-6]|table|form|br|hr|img|pre)(?=[\s/>]))/i;

function parseMarkup(text: string, expected: string): ParsedTree {
  const start = skipProlog(text);
  if (htmlRoots.test(start)) return unreadable(`the answer is an HTML page, not ${formatNameOf(expected)}`);
  return parseXml(text);
}

/**
 * The text after the XML declaration, processing instructions and comments. A loop, because a regular
 * expression for this backtracks without end.
 */
function skipProlog(text: string): string {
  let rest = text;
  for (;;) {
    const close = rest.startsWith('<?') ? '?>' : rest.startsWith('<!--') ? '-->' : undefined;
    const end = close === undefined ? -1 : rest.indexOf(close);
    if (close === undefined || end < 0) return rest;
    rest = rest.slice(end + close.length).trimStart();
  }
}

function formatNameOf(expected: string): string {
  return /json/i.test(expected) ? 'JSON' : /xml/i.test(expected) ? 'XML' : 'text';
}
