import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type Pair,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { RcWaitError } from '../../../../base/error.ts';
import { type Cut, cutMarked } from '../../text/cut.ts';
import { type NetplanFile, parseYaml } from '../file.ts';
import { movedAnchors } from './alias.ts';
import { meaningOf } from './meaning.ts';

/** An item of a sequence or a key of a mapping to remove. */
export interface Removal {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
  /** the gateway of the route, as written; undefined if it has none */
  readonly via: string | undefined;
  /** metric of the route; left out: it has none */
  readonly metric?: number;
  /** a mapping that replaces the item, so that the sequence keeps its length */
  readonly copy?: Readonly<Record<string, unknown>>;
}

/**
 * The file's text without the removals; the lines that they touch stay behind a mark. The result is parsed
 * again and must mean the same as the file without the removals, because some ways of writing YAML cannot
 * be cut by lines, and such a file must stay as it is.
 * @throws RcWaitError NETWORK_FILE if the file is written in such a way
 */
export function withoutRemovals(file: NetplanFile, removals: readonly Removal[]): string {
  const { document } = file;
  const cuts = [...cutsOf(file.text, removals), ...movedAnchors(document, removals)];
  const text = cutMarked(file.text, cuts);
  const wanted = meaningOf(document, removals);
  const after = parseYaml(text);
  if (wanted !== undefined && after.problem === undefined && meaningOf(after.document) === wanted)
    return text;
  const offset = removals[0] ? extentOf(removals[0]).start : 0;
  const line = file.text.slice(0, offset).split('\n').length;
  throw new RcWaitError(
    'NETWORK_FILE',
    `cannot edit ${file.path}: line ${line}: its YAML cannot be edited line by line`,
    { hint: 'nothing was changed; take the default route, or the nameservers, out by hand' },
  );
}

function cutsOf(text: string, removals: readonly Removal[]): Cut[] {
  const cuts: Cut[] = [];
  for (const [parent, group] of Map.groupBy(removals, ({ parent }) => parent)) {
    // Two IDs may share one mapping through an anchor, so the same item may be found twice.
    const unique = [...new Map(group.map((removal) => [removal.index, removal])).values()];
    unique.sort((a, b) => a.index - b.index);
    // netplan refuses a key without a value, so a collection that loses its last item becomes [] or {}.
    // A blank comes before []: a block sequence may start in the column of its key, [] may not.
    const isEmptied = unique.length === parent.items.length && !unique.some(({ copy }) => copy);
    const emptied = isEmptied && !parent.flow ? (isMap(parent) ? '{}' : ' []') : '';
    unique.forEach((removal, position) => {
      const { start, end } = extentOf(removal);
      if (removal.copy !== undefined) {
        const copy = stringify(removal.copy, { collectionStyle: 'flow', lineWidth: 0 }).trim();
        cuts.push({ start, end, put: parent.flow ? copy : `- ${copy}` });
        return;
      }
      const put = position === 0 ? emptied : '';
      cuts.push(parent.flow ? { ...withComma(text, start, end), put } : { start, end, put });
    });
  }
  return cuts;
}

/** The range from the item's dash or key to the last character of its value. */
function extentOf({ parent, index }: Removal): { start: number; end: number } {
  const item: unknown = parent.items[index];
  const token = parent.srcToken;
  const dash =
    token?.type === 'block-seq'
      ? token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')
      : undefined;
  // In [a, b] an anchor or a tag comes before its item.
  const before =
    token?.type === 'flow-collection'
      ? token.items[index]?.start.find(({ type }) => type === 'anchor' || type === 'tag')
      : undefined;
  const start = dash?.offset ?? before?.offset ?? startOf(item);
  return { start, end: Math.max(start, endOf(item)) };
}

function startOf(item: unknown): number {
  const node = isPair(item) ? item.key : item;
  return (isNode(node) && node.range?.[0]) || 0;
}

/** The end of an item, without the blank lines and comments that a block collection's own range includes. */
function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf((item as Pair).key), endOf((item as Pair).value));
  if (isCollection(item) && !item.flow) return endOf(item.items.at(-1));
  return isScalar(item) || isAlias(item) || isCollection(item) ? (item.range?.[1] ?? 0) : 0;
}

/** In [a, b] and {a, b} the comma goes as well: the one after the item, else the one before it. */
function withComma(text: string, start: number, end: number): { start: number; end: number } {
  const after = /^(?:\s|#[^\n]*\n)*,[ \t]*/.exec(text.slice(end));
  if (after !== null) return { start, end: end + after[0].length };
  const before = /,\s*$/.exec(text.slice(0, start));
  return { start: start - (before?.[0].length ?? 0), end };
}
