import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';

/** A change to an item of a sequence or a key of a mapping. */
export interface Change {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
  /** a mapping that replaces it; left out: it is removed */
  readonly copy?: Readonly<Record<string, unknown>>;
}

/** More values than any network file has with its aliases expanded; an endless file (CVE-2003-1564) has more. */
const mostValues = 100_000;

/**
 * The content of a document after some changes, in a form to compare: the pairs of a mapping in their order,
 * because a key may come twice, and aliases expanded.
 * @returns undefined if an alias has no anchor, or the expansion does not end
 */
export function meaningOf(document: Document, changes: readonly Change[] = []): string | undefined {
  const places = new Map<unknown, Map<number, Change>>();
  for (const change of changes) {
    const known = places.get(change.parent) ?? new Map<number, Change>();
    places.set(change.parent, known.set(change.index, change));
  }
  let left = mostValues;
  const tell = (node: unknown): unknown => {
    left -= 1;
    const value = isAlias(node) ? node.resolve(document) : node;
    if (left < 0 || value === undefined) throw new Error('it has no meaning');
    if (isScalar(value)) return String(value.value ?? '');
    if (!isMap(value) && !isSeq(value)) return '';
    const meanings = (value.items as readonly unknown[]).flatMap((item, index) => {
      const change = places.get(value)?.get(index);
      if (change?.copy !== undefined) return [pairsOf(change.copy)];
      if (change !== undefined) return [];
      return isSeq(value) ? [tell(item)] : [[tell((item as Pair).key), tell((item as Pair).value)]];
    });
    return [isSeq(value) ? 'sequence' : 'mapping', meanings];
  };
  try {
    return JSON.stringify(tell(document.contents));
  } catch {
    return undefined;
  }
}

/** A plain JavaScript value in the form of `tell`. */
function pairsOf(value: unknown): unknown {
  if (Array.isArray(value)) return ['sequence', value.map(pairsOf)];
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  return ['mapping', Object.entries(value).map(([key, one]) => [key, pairsOf(one)])];
}
