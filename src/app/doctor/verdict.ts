import type { WaitRecord } from '../../history/record.ts';
import { isTaskOver, stageOf } from '../../rackconnect/task-stage.ts';
import type { Task } from '../../rackconnect/types.ts';
import type { Look } from '../../report/doctor.ts';
import { count } from '../../report/words.ts';
import { sinceWhen, taskInWords } from './since.ts';

/** The last status of the automation that is known, with its tasks. */
export interface LastStatus {
  readonly status: string;
  readonly tasks: readonly Task[];
  /** when it was told, as far as known, for a person */
  readonly told: string;
  /** the API says so now */
  readonly isNow?: true;
}

/** What a ticket to Rackspace needs. */
export interface TicketFacts {
  readonly instance: string | undefined;
  readonly region: string | undefined;
  /** why it is UNPROCESSABLE, where a source says so */
  readonly reason?: string | undefined;
}

/** What the waits of this server saw, and the time now. */
export interface Witnesses {
  /** in the order of their numbers */
  readonly records: readonly WaitRecord[];
  /** on the wall clock */
  readonly nowMs: number;
}

const topic = 'automation';

/** This many tasks are shown by name. */
const mostTasks = 5;

/**
 * Reports a verdict that no restart changes, FAILED and UNPROCESSABLE, with the tasks and what a ticket needs; or that the
 * automation is still at work, and on what. Times are those that a wait has seen.
 */
export function looksAtVerdict(
  last: LastStatus | undefined,
  facts: TicketFacts,
  { records, nowMs }: Witnesses,
): readonly Look[] {
  const isKnown = ['DEPLOYING', 'FAILED', 'UNPROCESSABLE'].includes(last?.status ?? '');
  if (last === undefined || !isKnown) return [];
  const since = sinceWhen(last.status, records);
  const told = since === undefined ? last.told : `${since.words}, ${last.told}`;
  const inWords = (tasks: readonly Task[]): readonly string[] =>
    tasks.map((task) => taskInWords(task, since?.record, nowMs));
  if (last.status === 'DEPLOYING')
    return [lookAtWork(last, told, since?.words, inWords(openTasks(last.tasks)))];
  const tasks = inWords(failedTasks(last.tasks));
  const shown = tasks.slice(0, mostTasks);
  const names = namesOf(tasks, mostTasks);
  const look: Look = {
    topic,
    what: 'verdict',
    seen: last.status,
    because: told,
    fault: {
      code: last.status === 'FAILED' ? 'FAILED' : 'UNPROCESSABLE',
      why: `${whyOf(last, facts)}${names === '' ? '' : ` (${names})`}, ${told}`,
      remedy: remedyOf({ ...last, told }, facts, names),
    },
  };
  return [look, ...shown.map((seen) => ({ topic, what: 'task', seen }) as const)];
}

function lookAtWork(
  { status, isNow }: LastStatus,
  told: string,
  since: string | undefined,
  tasks: readonly string[],
): Look {
  const look: Look = { topic, what: 'verdict', seen: status };
  const names = namesOf(tasks, 1);
  const because = names === '' ? told : `${told}; ${names}`;
  // An answer of before says nothing about now.
  if (!isNow) return { ...look, because };
  const on = names === '' ? '' : `: ${names}`;
  return {
    ...look,
    because,
    next: `RackConnect is at work, ${status}${since === undefined ? '' : ` ${since}`}${on}.`,
  };
}

/** The first tasks, and how many more there are. */
function namesOf(tasks: readonly string[], most: number): string {
  const more = tasks.length - most;
  return [...tasks.slice(0, most), ...(more > 0 ? [`${count(more, 'task')} more`] : [])].join('; ');
}

function whyOf({ status }: LastStatus, { reason }: TicketFacts): string {
  if (status === 'FAILED')
    return "FAILED: RackConnect's automation did not succeed; this is RackConnect's verdict";
  return `UNPROCESSABLE: RackConnect will not automate this server${reason === undefined ? '' : `: ${reason}`}`;
}

function remedyOf({ status, told }: LastStatus, { instance, region }: TicketFacts, names: string): string {
  const ticket = [
    `server ${instance ?? '(its ID)'}`,
    `region ${(region ?? '(its region)').toUpperCase()}`,
    `RackConnect automation ${status}`,
    ...(names === '' ? [] : [names]),
    told,
  ].join(', ');
  const first =
    status === 'FAILED'
      ? 'mend what rc-wait preflight finds (below)'
      : 'nothing on this server: whether it can be automated is decided by RackConnect';
  return `${first}; then a ticket to Rackspace, to have the automation run again: "${ticket}". A restart before that ends the same way`;
}

/** Those at work first. */
function openTasks(tasks: readonly Task[]): readonly Task[] {
  const open = tasks.filter(({ status }) => !isTaskOver(status));
  const isWaiting = ({ status }: Task): boolean => stageOf(status) === 'waiting';
  return [...open.filter((task) => !isWaiting(task)), ...open.filter(isWaiting)];
}

function failedTasks(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter(({ status }) => stageOf(status) === 'failed');
}
