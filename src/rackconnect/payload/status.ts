import { isContainer, placesOf, unreadOf } from './fields.ts';
import { isInList } from './tasks.ts';
import { canon, cleanValue, type Tree, type Unreadable, unreadable } from './tree.ts';

/** A status as a word in upper case, `IN_PROGRESS` for "In progress"; undefined when it does not look like a word. */
function statusWord(text: string): string | undefined {
  const word = text.trim();
  // The sentence of an error page or a bare `null` must never pass as an unknown status.
  if (!/^[A-Za-z][A-Za-z_ -]{1,39}$/.test(word) || /^(?:null|none|undefined|true|false)$/i.test(word))
    return undefined;
  return word.toUpperCase().replace(/ +/g, '_');
}

/** A status and the parts of the payload with it. */
interface FoundStatus {
  readonly status: string;
  readonly nodes: readonly Tree[];
}

type Found = { readonly ok: true; readonly value: FoundStatus } | Unreadable;

const statusKeys = [
  'automationstatus',
  'rackconnectautomationstatus',
  'rackconnectstatus',
  'deploymentstatus',
];
const containers = /automation|status|detail|rackconnect|response|result|data/;

/**
 * `automation_status` at the top or up to two levels down, in any spelling; failing that, a plain `status` that
 * can only belong to the whole answer.
 */
export function findStatus(top: Tree): Found {
  if (top.key === '' && top.text !== undefined) return agree([top]);
  const outside = [...placesOf(top)].filter(({ parents }) => parents.length <= 2 && !isInList(parents));
  const named = outside.filter(({ node, key }) => statusKeys.includes(key) && !isContainer(node));
  if (named.length > 0) return agree(named.map(({ node }) => node));
  const plain = outside.filter(({ node, key, parents }) => {
    const [root, ...between] = parents;
    const itsOwn = root === undefined || between.every((parent) => containers.test(canon(parent.key)));
    return (key === 'status' || key === 'state') && !isContainer(node) && itsOwn;
  });
  if (plain.length > 0) return agree(plain.map(({ node }) => node));
  const parts = top.children.length === 0 ? [] : unreadOf(top, new Set()).slice(0, 3);
  const has = parts.length === 0 ? '' : ` (it has ${parts.join(', ')})`;
  return unreadable(`the answer names no automation status${has}`);
}

/** One status from all parts with one. Equal duplicates are harmless; different ones make the answer unreadable. */
function agree(nodes: readonly Tree[]): Found {
  const words = new Set<string>();
  for (const { text } of nodes) {
    const word = statusWord(text ?? '');
    if (word === undefined)
      return unreadable(
        `the answer's status is not a word: ${text === undefined ? 'empty' : cleanValue(text, 60)}`,
      );
    words.add(word);
  }
  const [status, other] = words;
  if (status === undefined || other !== undefined)
    return unreadable(`the answer has two statuses: ${[...words].join(' and ')}`);
  return { ok: true, value: { status, nodes } };
}
