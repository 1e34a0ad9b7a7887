import { jsonFault } from '../../base/json/bounds.ts';
import { Budget, leaf, maxDepth, type ParsedTree, type Tree, unreadable } from './tree.ts';

/**
 * Reads JSON into a tree.
 * @throws BudgetSpent when it has too many parts
 */
export function parseJson(text: string): ParsedTree {
  const fault = jsonFault(text, { parts: Budget.parts });
  if (fault !== undefined) return unreadable(`the answer ${fault}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable(`the answer is not valid JSON: ${(error as SyntaxError).message}`);
  }
  const twice = duplicateKey(text);
  // JSON.parse keeps the last of two equal keys: DEPLOYED could hide DEPLOYING (RFC 8259 §4: "unpredictable").
  if (twice !== undefined) return unreadable(`the answer has the key "${twice}" twice in one object`);
  const tree = fromJson('', value, false, 0, new Budget());
  const [only, ...others] = tree.children;
  // A list with one item, `[{…}]`, stands for that item.
  return { ok: true, tree: only?.listed && others.length === 0 ? { ...only, listed: false } : tree };
}

/** The first key that occurs twice in one object, in valid JSON. */
function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, colon] of json.matchAll(/[{}[\]]|"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (colon !== undefined) {
      const key = String(JSON.parse(token.slice(0, -colon.length)));
      const seen = open.at(-1);
      if (seen?.has(key)) return key;
      seen?.add(key);
    }
  }
  return undefined;
}

function fromJson(key: string, value: unknown, listed: boolean, depth: number, budget: Budget): Tree {
  budget.spend();
  if (typeof value !== 'object' || value === null) {
    return { ...leaf(key, textOf(value)), listed };
  }
  // Too deep to mean anything: keep the part without its content.
  const parts: [string, unknown][] = depth >= maxDepth ? [] : Object.entries(value);
  const isList = Array.isArray(value);
  const children = parts.map(([name, part]) => fromJson(isList ? '' : name, part, isList, depth + 1, budget));
  return { key, text: undefined, children, listed, empty: isList && value.length === 0 };
}

/** JSON.parse turns 1e999 into Infinity, which would count as a word. */
function textOf(value: unknown): string | undefined {
  return value === null || value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
    ? undefined
    : String(value);
}
