import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';

/** What becomes of an item of a sequence or a key of a mapping. */
export interface Change {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
  /** a mapping that takes its place; left out: it goes */
  readonly copy?: Readonly<Record<string, unknown>>;
}

/** More values than any network file has, its aliases followed: a file made to have no end (CVE-2003-1564) has more. */
const mostValues = 100_000;

/**
 * What a document says once it is changed, to be compared: every pair of a mapping in its order, for a key may
 * come twice, and aliases written out.
 * @returns undefined where it names an anchor that is not there, or has no end
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
    if (left < 0 || value === undefined) throw new Error('it cannot be told');
    if (isScalar(value)) return String(value.value ?? '');
    if (!isMap(value) && !isSeq(value)) return '';
    const told = (value.items as readonly unknown[]).flatMap((item, index) => {
      const change = places.get(value)?.get(index);
      if (change?.copy !== undefined) return [pairsOf(change.copy)];
      if (change !== undefined) return [];
      return isSeq(value) ? [tell(item)] : [[tell((item as Pair).key), tell((item as Pair).value)]];
    });
    return [isSeq(value) ? 'sequence' : 'mapping', told];
  };
  try {
    return JSON.stringify(tell(document.contents));
  } catch {
    return undefined;
  }
}

/** A value of plain JavaScript as `tell` puts it. */
function pairsOf(value: unknown): unknown {
  if (Array.isArray(value)) return ['sequence', value.map(pairsOf)];
  if (typeof value !== 'object' || value === null) return String(value ?? '');
  return ['mapping', Object.entries(value).map(([key, one]) => [key, pairsOf(one)])];
}
