import type { Task } from '../../rackconnect/types.ts';
import type { Look } from '../../report/doctor.ts';
import { count } from '../../report/words.ts';

/** The last status of the automation that is known, with its tasks. */
export interface LastStatus {
  readonly status: string;
  readonly tasks: readonly Task[];
  /** when it was told, as far as known, for a person */
  readonly told: string;
}

/** What a ticket to Rackspace needs. */
export interface TicketFacts {
  readonly instance: string | undefined;
  readonly region: string | undefined;
  /** why it is UNPROCESSABLE, where a source says so */
  readonly reason?: string | undefined;
}

const topic = 'automation';

/** This many tasks are shown by name. */
const mostTasks = 5;

/** Reports a verdict that no restart changes: FAILED and UNPROCESSABLE, with the tasks and what a ticket needs. */
export function looksAtVerdict(last: LastStatus | undefined, facts: TicketFacts): readonly Look[] {
  if (last?.status !== 'FAILED' && last?.status !== 'UNPROCESSABLE') return [];
  const { status, told } = last;
  const tasks = failedTasks(last.tasks).map((task) => `task "${task.name}": ${task.status}`);
  const shown = tasks.slice(0, mostTasks);
  const more = tasks.length - shown.length;
  const names = [...shown, ...(more > 0 ? [`${count(more, 'task')} more`] : [])].join('; ');
  return [
    {
      topic,
      what: 'verdict',
      seen: status,
      because: told,
      fault: {
        code: status,
        why: `${whyOf(last, facts)}${names === '' ? '' : ` (${names})`}, ${told}`,
        remedy: remedyOf(last, facts, names),
      },
    },
    ...shown.map((seen) => ({ topic, what: 'task', seen }) as const),
  ];
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

function failedTasks(tasks: readonly Task[]): readonly Task[] {
  return tasks.filter(({ status }) => /fail|error/i.test(status));
}
