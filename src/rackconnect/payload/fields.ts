import { canon, cleanValue, type Tree } from './tree.ts';

/** A part of the payload with its place, which shows what it is and whether it was understood. */
export interface FieldPlace {
  readonly node: Tree;
  /** the normalised key: lower case, without separators */
  readonly key: string;
  readonly parents: readonly Tree[];
}

/** Every part of a tree, parents first. The tree's depth is limited where it is built. */
export function* placesOf(node: Tree, parents: readonly Tree[] = []): Generator<FieldPlace> {
  yield { node, key: canon(node.key), parents };
  for (const child of node.children) yield* placesOf(child, [...parents, node]);
}

/**
 * The child of `node` with a value under the first matching key of `senses`; if none matches, under a key that
 * ends in `suffix`.
 */
export function fieldOf(node: Tree, senses: readonly string[], suffix?: string): Tree | undefined {
  const valued = node.children.filter(({ text }) => text !== undefined && text.trim() !== '');
  const bySense = new Map(valued.map((child) => [canon(child.key), child]));
  const sense = senses.find((candidate) => bySense.has(candidate));
  if (sense !== undefined) return bySense.get(sense);
  return suffix === undefined ? undefined : valued.find(({ key }) => canon(key).endsWith(suffix));
}

const nameSenses = [
  'name',
  'taskname',
  'featurename',
  'task',
  'feature',
  'automationfeature',
  'title',
  'displayname',
  'label',
  'description',
  'summary',
  'step',
  'action',
];

const statusSenses = [
  'status',
  'state',
  'taskstatus',
  'featurestatus',
  'automationstatus',
  'result',
  'outcome',
];

/** The name of a part: from one of its keys, or the text of an XML element with its status in an attribute. */
export function nameOfField(node: Tree): Tree | undefined {
  return fieldOf(node, nameSenses, 'name') ?? (statusFieldOf(node) !== undefined ? ownText(node) : undefined);
}

/** The status of a part: from one of its keys, or the text of an XML element with its name in an attribute. */
export function statusOf(node: Tree): Tree | undefined {
  return statusFieldOf(node) ?? (fieldOf(node, nameSenses, 'name') !== undefined ? ownText(node) : undefined);
}

function statusFieldOf(node: Tree): Tree | undefined {
  return fieldOf(node, statusSenses, 'status');
}

function ownText(node: Tree): Tree | undefined {
  return node.children.length > 0 && node.text !== undefined ? node : undefined;
}

/** Whether a part has children and no value of its own. */
export function isContainer(node: Tree): boolean {
  return node.text === undefined && node.children.length > 0;
}

const maxUnread = 20;

/** The values that `understood` lacks, as `path: value`, for people: at most 20, and the number of the rest. */
export function unreadOf(root: Tree, understood: ReadonlySet<Tree>): readonly string[] {
  const unread: string[] = [];
  let more = 0;
  for (const { node, parents } of placesOf(root)) {
    if (isContainer(node) || understood.has(node)) continue;
    if (unread.length >= maxUnread) more += 1;
    else unread.push(describe(node, parents));
  }
  return more === 0 ? unread : [...unread, `… and ${more} more`];
}

function describe(node: Tree, parents: readonly Tree[]): string {
  const path = [...parents, node]
    .map((step, index, line) => {
      const dot = index > 0 && step.key !== '' ? '.' : '';
      const place = step.listed ? `[${line[index - 1]?.children.indexOf(step) ?? 0}]` : '';
      return `${dot}${step.key}${place}`;
    })
    .join('')
    .replace(/^\./, '');
  const value = node.text === undefined ? 'empty' : cleanValue(node.text, 80);
  return cleanValue(path === '' ? value : `${path}: ${value}`, 160);
}
