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
import type { Cut } from '../text/cut.ts';

/*
 * cloud-init 18 and others write what two interfaces have alike once, with an anchor, and name it by aliases
 * where it comes again. An anchor must not go while an alias needs it.
 */

/** An item of a sequence or a key of a mapping, by its place. */
export interface Place {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
}

/** The items that can go together: an anchor in them that something else needs stays where it is. */
export function withoutShared<T extends Place>(document: Document, items: readonly T[]): T[] {
  return items.filter((item) => orphansOf(document, items, [item]).length === 0);
}

/** What has to be written where items go: the first alias of each anchor in them becomes what the anchor stood at. */
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
 * Aliases that stay, while what they stand for goes.
 * @param items all that goes
 * @param holders those of them whose anchors are looked at
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
