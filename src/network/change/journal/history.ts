import { parseDefaultRoutes } from '../../kernel/routes.ts';
import { combineRestore } from '../restore-commands.ts';
import type { JournalEntry, JournalFile } from './entry.ts';

/**
 * The change that can be undone by hand after `entry` is committed, if `last` could be
 * undone before. Setting the same gateway again, because somebody had dropped it,
 * continues `last`: undoing only `entry` would restore half of rc-wait's work beside the
 * other program's, perhaps with two default routes. So both are undone together, back
 * to the state before rc-wait.
 */
export function succeed(last: JournalEntry | undefined, entry: JournalEntry): JournalEntry {
  // Already recorded, by a process that was killed before it could clean up.
  if (last !== undefined && isSame(last, entry)) return last;
  if (last === undefined || !isContinuation(last, entry)) return entry;
  const earlier = new Map(last.files.map((file) => [file.path, file]));
  const paths = new Set(entry.files.map(({ path }) => path));
  const carried = last.files.filter(({ path }) => !paths.has(path));
  return {
    ...entry,
    files: [...carried, ...entry.files.map((file) => continued(earlier.get(file.path), file))],
    // Both: the second change found links down that the first had taken down, so only the first can restore them.
    restore: combineRestore(last.restore, entry.restore),
    routes: isOwn(entry) ? last.routes : entry.routes,
  };
}

/** Without numbers it compares both time and pid: a server without a clock starts each boot at the same time. */
function isSame(last: JournalEntry, entry: JournalEntry): boolean {
  if (last.sequence !== undefined || entry.sequence !== undefined) return last.sequence === entry.sequence;
  return last.startedAt === entry.startedAt && last.owner.pid === entry.owner.pid;
}

function isContinuation(last: JournalEntry, entry: JournalEntry): boolean {
  const isSameTarget =
    last.gateway === entry.gateway && last.interface === entry.interface && last.stack === entry.stack;
  return isSameTarget && last.purpose === 'apply' && entry.purpose === 'apply';
}

/** If nobody touched the file between the changes, its state before the first of them. */
function continued(earlier: JournalFile | undefined, file: JournalFile): JournalFile {
  if (earlier === undefined || earlier.after?.text !== file.before?.text) return file;
  return { ...file, before: earlier.before, madeFolder: earlier.madeFolder };
}

/** Whether an entry found no default route, or its own gateway's first: no way out without rc-wait. */
function isOwn({ routes, gateway }: JournalEntry): boolean {
  const [first] = parseDefaultRoutes((routes?.[0] ?? []).join(' '));
  return first === undefined || first.via === gateway;
}
