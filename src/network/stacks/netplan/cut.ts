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
import { RcWaitError } from '../../../base/error.ts';
import { type Cut, cutMarked } from '../text/cut.ts';
import { movedAnchors } from './alias.ts';
import { type NetplanFile, parseYaml } from './file.ts';
import { meaningOf } from './meaning.ts';

/** An item of a sequence or a key of a mapping that is to go. */
export interface Removal {
  readonly parent: YAMLMap | YAMLSeq;
  readonly index: number;
  /** the gateway that it names, as written; undefined where it names none */
  readonly via: string | undefined;
  /** of a route; left out: it has none */
  readonly metric?: number;
  /** a mapping that takes the item's place, so that the sequence keeps its length */
  readonly copy?: Readonly<Record<string, unknown>>;
}

/**
 * The file's text without the removals, the lines that it touches kept behind a
 * mark. The result is parsed again and must say what the file said, less the
 * removals: YAML can be written in more ways than can be cut, and a file that we
 * would break must be left alone.
 * @throws RcWaitError NETWORK_FILE when the file is written in such a way
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
    `cannot edit ${file.path}: line ${line}: what stands there is written in a way that cannot be taken out line by line`,
    { hint: 'nothing was changed; take the default route, or the nameservers, out by hand' },
  );
}

function cutsOf(text: string, removals: readonly Removal[]): Cut[] {
  const cuts: Cut[] = [];
  for (const [parent, group] of Map.groupBy(removals, ({ parent }) => parent)) {
    // Two IDs may share one mapping through an anchor: then the same item is found twice.
    const unique = [...new Map(group.map((removal) => [removal.index, removal])).values()];
    unique.sort((a, b) => a.index - b.index);
    // netplan refuses a key without a value: what loses its last item becomes [] or {}.
    // One blank before []: a sequence may stand as far left as its own key, a [] may not.
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

/** From the item's dash or key to the last character of its value. */
function extentOf({ parent, index }: Removal): { start: number; end: number } {
  const item: unknown = parent.items[index];
  const token = parent.srcToken;
  const dash =
    token?.type === 'block-seq'
      ? token.items[index]?.start.find(({ type }) => type === 'seq-item-ind')
      : undefined;
  // In [a, b] an anchor or a tag stands before its item.
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

/** A block collection's own range ends after blank lines and comments that are not part of it. */
function endOf(item: unknown): number {
  if (isPair(item)) return Math.max(endOf((item as Pair).key), endOf((item as Pair).value));
  if (isCollection(item) && !item.flow) return endOf(item.items.at(-1));
  return isScalar(item) || isAlias(item) || isCollection(item) ? (item.range?.[1] ?? 0) : 0;
}

/** In [a, b] and {a, b} the comma goes too: the one after the item, or else the one before it. */
function withComma(text: string, start: number, end: number): { start: number; end: number } {
  const after = /^(?:\s|#[^\n]*\n)*,[ \t]*/.exec(text.slice(end));
  if (after !== null) return { start, end: end + after[0].length };
  const before = /,\s*$/.exec(text.slice(0, start));
  return { start: start - (before?.[0].length ?? 0), end };
}
