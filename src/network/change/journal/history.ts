import { parseDefaultRoutes } from '../../kernel/routes.ts';
import { wayBackOf } from '../restore-commands.ts';
import type { JournalEntry, JournalFile } from './entry.ts';

/**
 * What can be undone by hand once `entry` is committed, where `last` could be
 * before. The same gateway set again, because somebody had dropped it, is a
 * continuation: to undo it alone would bring back a half of rc-wait's work
 * beside the other's, perhaps with two default routes. So the way back leads to
 * what there was without rc-wait.
 */
export function succeed(last: JournalEntry | undefined, entry: JournalEntry): JournalEntry {
  // Written down already, by a process that was killed before it could tidy up.
  if (last !== undefined && isSame(last, entry)) return last;
  if (last === undefined || !isContinuation(last, entry)) return entry;
  const earlier = new Map(last.files.map((file) => [file.path, file]));
  const paths = new Set(entry.files.map(({ path }) => path));
  const carried = last.files.filter(({ path }) => !paths.has(path));
  return {
    ...entry,
    files: [...carried, ...entry.files.map((file) => continued(earlier.get(file.path), file))],
    // Not the second's alone: it found down what the first had taken down, and has nothing to bring it up.
    restore: wayBackOf(last.restore, entry.restore),
    routes: isOwn(entry) ? last.routes : entry.routes,
  };
}

/** Without numbers, time and process have to do: a server without a clock of its own begins each boot at the same time. */
function isSame(last: JournalEntry, entry: JournalEntry): boolean {
  if (last.sequence !== undefined || entry.sequence !== undefined) return last.sequence === entry.sequence;
  return last.startedAt === entry.startedAt && last.owner.pid === entry.owner.pid;
}

function isContinuation(last: JournalEntry, entry: JournalEntry): boolean {
  const sameWish =
    last.gateway === entry.gateway && last.interface === entry.interface && last.stack === entry.stack;
  return sameWish && last.purpose === 'apply' && entry.purpose === 'apply';
}

/** Where nobody touched the file in between, what there was before the first of both changes. */
function continued(earlier: JournalFile | undefined, file: JournalFile): JournalFile {
  if (earlier === undefined || earlier.after?.text !== file.before?.text) return file;
  return { ...file, before: earlier.before, madeFolder: earlier.madeFolder };
}

/** Whether the routes that an entry found were its own gateway's, or none: no way out without rc-wait. */
function isOwn({ routes, gateway }: JournalEntry): boolean {
  const [first] = parseDefaultRoutes((routes?.[0] ?? []).join(' '));
  return first === undefined || first.via === gateway;
}
