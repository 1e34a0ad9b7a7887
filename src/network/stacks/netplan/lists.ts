import { isAlias, isSeq, type YAMLSeq } from 'yaml';
import { mapOf, type NetplanFile, textOf } from './file.ts';
import { isDefaultRoute } from './routes.ts';
import type { Removal } from './yaml/cut.ts';

/*
 * netplan 0.100 to 0.105 (Debian 11, Ubuntu 20.04 and 22.04 before their updates) drops a whole list of
 * `routes` if the ID has exactly as many routes from the lists read before: handle_routes() of its parse.c
 * takes it for a second pass over the same list (LP 2003061, fixed in 0.106). So whether a list counts depends
 * on the lengths of all lists before it, and one route more or less in a list may drop another list.
 * rc-wait's files must hold for every release, because the release of a disk image is unknown.
 */

/** What to remove, by file. */
export type Cuts = ReadonlyMap<NetplanFile, readonly Removal[]>;

/** Which lists such a netplan uses, from their lengths in reading order. */
function usedLists(lengths: readonly number[]): boolean[] {
  let total = 0;
  return lengths.map((length) => {
    const isTaken = length !== total;
    if (isTaken) total += length;
    return isTaken;
  });
}

/** One `routes` of an ID. */
interface RouteList {
  readonly sequence: YAMLSeq;
  /** after the cuts */
  readonly length: number;
  /** all routes but default routes, in a comparable form */
  readonly others: readonly string[];
}

/** Whether such a netplan uses the ID's list that holds a route after the cuts; it always uses `gateway4`. */
export function isTaken({ parent }: Removal, id: string, files: readonly NetplanFile[], cuts: Cuts): boolean {
  const lists = listsOf(files, id, cuts);
  const taken = usedLists(lists.map(({ length }) => length));
  const index = lists.findIndex(({ sequence }) => sequence === parent);
  return index < 0 || taken[index] === true;
}

/**
 * Whether such a netplan would use a list of one route in rc-wait's file, and the ID would lose no other route
 * by it, after the cuts.
 * @param isBefore whether netplan reads a file before rc-wait's
 */
export function fitsAsItem(
  id: string,
  files: readonly NetplanFile[],
  cuts: Cuts,
  isBefore: (file: NetplanFile) => boolean,
): boolean {
  const before = listsOf(files.filter(isBefore), id, cuts);
  const lists = [
    ...before,
    ...listsOf(
      files.filter((file) => !isBefore(file)),
      id,
      cuts,
    ),
  ];
  const lengths = lists.map(({ length }) => length);
  const taken = usedLists(lengths.toSpliced(before.length, 0, 1));
  return (
    taken[before.length] === true && !costs(lists, usedLists(lengths), taken.toSpliced(before.length, 1))
  );
}

/**
 * The cuts, where each removed item is replaced by a copy of another route of the ID if the shorter list would
 * cost the ID a route. A duplicate is harmless: netplan from 0.106 on drops it, and networkd and NetworkManager
 * add the route once.
 */
export function withCopies(files: readonly NetplanFile[], cuts: Cuts): Cuts {
  const copies = new Map<unknown, Readonly<Record<string, unknown>>>();
  for (const id of new Set(files.flatMap(({ definitions }) => definitions.map((one) => one.id)))) {
    const lists = listsOf(files, id, cuts);
    const before = usedLists(lists.map(({ sequence }) => sequence.items.length));
    if (!costs(lists, before, usedLists(lists.map(({ length }) => length)))) continue;
    for (const { sequence, length, others } of lists) {
      const copy = others[0] ?? lists.flatMap((one) => one.others)[0];
      if (copy !== undefined && length < sequence.items.length) copies.set(sequence, JSON.parse(copy));
    }
  }
  const withCopy = (removal: Removal): Removal => {
    const copy = copies.get(removal.parent);
    return copy === undefined ? removal : { ...removal, copy };
  };
  return new Map([...cuts].map(([file, removals]) => [file, removals.map(withCopy)]));
}

/** Whether a route that was in a used list is no longer in any. */
function costs(lists: readonly RouteList[], before: readonly boolean[], after: readonly boolean[]): boolean {
  const routesOf = (taken: readonly boolean[]) =>
    lists.flatMap(({ others }, at) => (taken[at] ? others : []));
  const left = new Set(routesOf(after));
  return routesOf(before).some((route) => !left.has(route));
}

/** Every `routes` of an ID, in netplan's reading order. */
function listsOf(files: readonly NetplanFile[], id: string, cuts: Cuts): RouteList[] {
  const removals = [...cuts.values()].flat().filter(({ copy }) => copy === undefined);
  return files.flatMap(({ document, definitions }) =>
    definitions
      .filter((one) => one.id === id)
      .flatMap(({ settings }) => settings.items)
      .filter(({ key }) => textOf(document, key) === 'routes')
      .map(({ value }) => (isAlias(value) ? value.resolve(document) : value))
      .filter((value) => isSeq(value))
      .map((sequence) => {
        // IDs may share a sequence through an anchor, so the same item may be found twice.
        const gone = removals.filter(({ parent }) => parent === sequence).map(({ index }) => index);
        const routes = sequence.items.flatMap((item) => mapOf(document, item) ?? []);
        return {
          sequence,
          length: sequence.items.length - new Set(gone).size,
          others: routes
            .filter((route) => !isDefaultRoute(document, route))
            .map((route) => JSON.stringify(route.toJS(document))),
        };
      }),
  );
}
