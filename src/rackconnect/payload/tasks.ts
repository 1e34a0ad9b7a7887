import type { Task } from '../types.ts';
import { type FieldPlace, nameOfField, placesOf, statusOf } from './fields.ts';
import { canon, cleanValue, type Tree } from './tree.ts';

/** A task and the parts of the payload that it was read from. */
interface FoundTask {
  readonly task: Task;
  readonly parts: readonly Tree[];
}

const maxTasks = 500;

/** All tasks in a tree, in payload order; at most 500. */
export function findTasks(root: Tree): readonly FoundTask[] {
  const found: FoundTask[] = [];
  for (const place of placesOf(root)) {
    const [name, status] = [nameOfField(place.node), statusOf(place.node)];
    if (name?.text === undefined || status?.text === undefined || !isOneOfMany(place)) continue;
    found.push({
      task: { name: cleanValue(name.text), status: cleanValue(status.text) },
      parts: [name, status],
    });
    if (found.length >= maxTasks) break;
  }
  return found;
}

const taskLike = /task|step|action|job|item|entry|entries|operation/;

/**
 * Whether it is an item of a list or filed under tasks: a single XML task makes no list, and a server's own
 * name and status are not a task.
 */
function isOneOfMany({ node, key, parents }: FieldPlace): boolean {
  const parent = parents.at(-1);
  if (parent === undefined) return false;
  return node.listed || taskLike.test(key) || taskLike.test(canon(parent.key));
}

/**
 * Whether one of these parts, except the root, is an item of a list or a task: a status inside belongs to that item.
 */
export function isInList(parents: readonly Tree[]): boolean {
  return parents.some((part, depth) => part.listed || (depth > 0 && taskLike.test(canon(part.key))));
}
