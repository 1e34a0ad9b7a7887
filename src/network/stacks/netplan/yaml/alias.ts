import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Cut } from '../../text/cut.ts';

/*
 * cloud-init 18 and others write settings shared by two interfaces once, with an anchor, and repeat them by
 * aliases. An anchor must not be removed while an alias needs it.
 */

/** The position of an item in a sequence or of a key in a mapping. */
export interface Place {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
}

/** The items that can be removed: those without an anchor that the rest of the file needs. */
export function withoutShared<T extends Place>(document: Document, items: readonly T[]): T[] {
  return items.filter((item) => orphansOf(document, items, [item]).length === 0);
}

/** The texts to write when items are removed: the first alias of each lost anchor becomes the anchored value. */
export function movedAnchors(document: Document, items: readonly Place[]): Cut[] {
  const first = new Map<Node, Alias>();
  for (const { alias, target } of orphansOf(document, items)) {
    if (!first.has(target)) first.set(target, alias);
  }
  return [...first].flatMap(([target, { source, range }]): Cut[] => {
    if (!range) return [];
    const [start, end] = range;
    const value = plainOf(document, target, items);
    const flow = { collectionStyle: 'flow', lineWidth: 0, schema: 'failsafe' } as const;
    return [{ start, end, put: `&${source} ${stringify(value, flow).trim()}` }];
  });
}

/**
 * Aliases that stay although their anchors are removed.
 * @param items every item to remove
 * @param holders the items whose anchors are checked
 */
function orphansOf(
  document: Document,
  items: readonly Place[],
  holders: readonly Place[] = items,
): { readonly alias: Alias; readonly target: Node }[] {
  const gone = new Set<Node>();
  const left: Alias[] = [];
  visit(document, (_, node, path) => {
    const isIn = ({ parent, index }: Place) => {
      const at = path.indexOf(parent);
      return at >= 0 && (path[at + 1] ?? node) === parent.items[index];
    };
    if (isAlias(node) && !items.some(isIn)) left.push(node);
    if (isNode(node) && !isAlias(node) && node.anchor && holders.some(isIn)) gone.add(node);
  });
  return left.flatMap((alias) => {
    const target = alias.resolve(document);
    return target !== undefined && gone.has(target) ? [{ alias, target }] : [];
  });
}

function plainOf(document: Document, node: unknown, items: readonly Place[]): unknown {
  const value = isAlias(node) ? node.resolve(document) : node;
  const isLeft = (parent: unknown, index: number) =>
    !items.some((item) => item.parent === parent && item.index === index);
  if (isSeq(value)) {
    return value.items
      .filter((_, index) => isLeft(value, index))
      .map((item) => plainOf(document, item, items));
  }
  if (isMap(value)) {
    const pairs: readonly Pair[] = value.items.filter((_, index) => isLeft(value, index));
    return new Map(
      pairs.map((pair) => [plainOf(document, pair.key, items), plainOf(document, pair.value, items)]),
    );
  }
  return isScalar(value) ? String(value.value ?? '') : '';
}
