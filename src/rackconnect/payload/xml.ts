import { XMLParser } from 'fast-xml-parser';
import { Budget, leaf, maxDepth, type ParsedTree, type Tree, unreadable } from './tree.ts';

/**
 * Reading XML takes a second and 150 MB per megabyte, and a server's tasks are a few kilobytes: a hostile answer must not
 * stall the poll, or fill the memory.
 */
const maxXmlLength = 64 * 1024;

/** Elements and attributes. The parser makes several objects of each, of JSON one: 500 tasks may have eight parts each. */
const maxXmlParts = 4_000;

const xmlParser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  htmlEntities: false,
  cdataPropName: '#cdata',
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: maxDepth,
});

/** The parser's nodes with preserveOrder: a key for the element, `:@` for its attributes, `#text` and `#cdata`. */
type XmlNode = Readonly<Record<string, unknown>>;

/**
 * Reads XML into a tree: attributes and elements both become parts, name space prefixes are dropped.
 * @throws BudgetSpent when it has too many parts
 */
export function parseXml(text: string): ParsedTree {
  if (text.length > maxXmlLength)
    return unreadable(`the answer is XML of more than ${maxXmlLength} characters`);
  // A document type can declare entities ("billion laughs"); the API does not need one.
  if (/<!(?:doctype|entity)/i.test(text))
    return unreadable('the answer is XML with a document type declaration');
  if (hasTooManyParts(text)) return unreadable(`the answer has more than ${maxXmlParts} parts`);
  let nodes: readonly XmlNode[];
  try {
    // Validate first: the parser alone accepts a truncated document.
    nodes = xmlParser.parse(text, true) as readonly XmlNode[];
  } catch (error) {
    return unreadable(`the answer is not well-formed XML: ${(error as Error).message}`);
  }
  const [root, ...others] = nodes.filter((node) => elementOf(node) !== undefined);
  if (root === undefined || others.length > 0)
    return unreadable('the answer is not well-formed XML: it needs one root element');
  return { ok: true, tree: fromXml(root, false, new Budget()) };
}

/**
 * Whether XML has more elements and attributes than a tree may have, before the parser builds them all. What looks like
 * them in comments, CDATA and text counts as well.
 */
function hasTooManyParts(text: string): boolean {
  let parts = 0;
  for (const _ of text.matchAll(/<[^/!?]|=\s{0,9}["']/g)) {
    parts += 1;
    if (parts > maxXmlParts) return true;
  }
  return false;
}

function elementOf(node: XmlNode): string | undefined {
  return Object.keys(node).find((key) => key !== ':@' && !key.startsWith('#'));
}

function fromXml(node: XmlNode, listed: boolean, budget: Budget): Tree {
  budget.spend();
  const key = elementOf(node) ?? '';
  const content = node[key] as readonly XmlNode[];
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, string>).map(
    ([name, value]): Tree => {
      budget.spend();
      return leaf(name, decode(value).trim());
    },
  );
  const elements = content.filter((child) => elementOf(child) !== undefined);
  const counts = new Map<string | undefined, number>();
  for (const child of elements) counts.set(elementOf(child), (counts.get(elementOf(child)) ?? 0) + 1);
  const children = elements.map((child) => fromXml(child, (counts.get(elementOf(child)) ?? 0) > 1, budget));
  const text = content.map(textOf).join('').trim() || undefined;
  const empty = content.length === 0 && attributes.length === 0;
  return { key, text, children: [...attributes, ...children], listed, empty };
}

function textOf(node: XmlNode): string {
  if (typeof node['#text'] === 'string') return decode(node['#text']);
  const cdata = node['#cdata'];
  return Array.isArray(cdata) ? cdata.map((part: XmlNode) => String(part['#text'] ?? '')).join('') : '';
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Decodes the five predefined entities and character references, once. Real task names contain quotes; XML 1.0 §4.6.
 */
function decode(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return entities[name] ?? whole;
      const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
