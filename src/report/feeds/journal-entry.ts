import { RcWaitError, reasonOf } from '../../base/error.ts';
import { exitOfCode } from '../exit.ts';
import type { Result, ResultDocument } from '../result.ts';
import { clean, cut } from '../words.ts';
import { type EndKind, kindOfError, kindOfResult, messageIds } from './ends.ts';

/** The fields of a journal entry. A field may be given more than once (systemd.journal-fields(7)). */
type Field = readonly [name: string, value: string];

/** In columns: more than the sentences of rc-wait have; an error may quote a file. */
const longestValue = 2_000;

/** The most tasks that an entry names. */
const mostTasks = 16;

/** Priorities of sd-daemon(3): SD_ERR and SD_INFO. */
const [errorPriority, infoPriority] = [3, 6];

/**
 * The end of a wait as an entry for `logger --journald`: a line for each field, NAME=VALUE.
 * @param unit the service that it is about; undefined: none is known
 */
export function entryOfResult(result: Result, unit: string | undefined): string {
  const { document, exit } = result;
  const { outcome, automation_status: status, gateway_ip: gateway } = document;
  return entry(kindOfResult(result), { exit, message: document.message, unit }, [
    ['RC_WAIT_OUTCOME', outcome],
    ...(status === null ? [] : [['RC_WAIT_STATUS', status] as const]),
    ...tasksToName(document).map((name) => ['RC_WAIT_TASK', name] as const),
    ...(gateway === null ? [] : [['RC_WAIT_GATEWAY_IP', gateway] as const]),
  ]);
}

/** The same for a wait that has no result. */
export function entryOfError(error: unknown, unit: string | undefined): string {
  const known = error instanceof RcWaitError ? error : undefined;
  const exit = exitOfCode(known?.code ?? 'BUG');
  return entry(kindOfError(known), { exit, message: reasonOf(error), unit }, []);
}

function entry(
  kind: EndKind,
  { exit, message, unit }: { exit: number; message: string; unit: string | undefined },
  own: readonly Field[],
): string {
  const isFailure = exit !== 0 && kind !== 'interrupted';
  const hint = isFailure ? '; journalctl -x says what to do' : '';
  const fields: readonly Field[] = [
    // The sentence itself is in the journal already, as the result.
    ['MESSAGE', `the wait has ended: ${kind}, exit status ${exit}${hint}`],
    ['MESSAGE_ID', messageIds[kind]],
    ['PRIORITY', String(isFailure ? errorPriority : infoPriority)],
    ['SYSLOG_IDENTIFIER', 'rc-wait'],
    // journald reads the unit of logger(1) from /proc when it gets to it, and logger has ended by then now and then.
    // `journalctl -u` also shows entries of root's with this field.
    ...(unit === undefined ? [] : [['OBJECT_SYSTEMD_UNIT', unit] as const]),
    ['RC_WAIT_EXIT_STATUS', String(exit)],
    ['RC_WAIT_MESSAGE', message],
    ...own,
  ];
  return fields.map(([name, value]) => `${name}=${cut(clean(value), longestValue)}\n`).join('');
}

/** The tasks that explain an end: those that failed, or those that were not over at the deadline. */
function tasksToName({ outcome, tasks }: ResultDocument): readonly string[] {
  const explains: Partial<Record<typeof outcome, (status: string) => boolean>> = {
    failed: (status) => /fail|error/i.test(status),
    timeout: (status) => !/complete|succe/i.test(status),
  };
  return tasks
    .filter(({ status }) => explains[outcome]?.(status) === true)
    .slice(0, mostTasks)
    .map(({ name }) => name);
}
