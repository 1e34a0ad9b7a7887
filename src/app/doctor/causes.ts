import type { WaitRecord } from '../../history/record.ts';
import type { Reply } from '../../http/types.ts';
import { readPublished } from '../../pace/last-answers.ts';
import type { PreflightFinding } from '../../preflight/finding.ts';
import { readDetails } from '../../rackconnect/payload.ts';
import { readRecord } from '../../rackconnect/record.ts';
import type { Look } from '../../report/doctor.ts';
import type { ApiSeen } from './api.ts';
import type { ServiceEnd } from './ends.ts';
import type { LastStatus } from './verdict.ts';

type OkReply = Extract<Reply, { readonly kind: 'ok' }>;

const topic = 'automation';

/**
 * The last status that is known of the automation: what the API says now, else its last answer since the boot,
 * else the end of rc-wait.service, which may have it from xenstore, else what the last wait saw.
 * @param directory the state directory, in which the last answers are published
 */
export function lastStatus(
  { answer }: Pick<ApiSeen, 'answer'>,
  directory: string,
  end: (Pick<ServiceEnd, 'words'> & { readonly at: string }) | undefined,
  records: readonly WaitRecord[],
): LastStatus | undefined {
  if (answer?.ok) {
    // The service may have seen it long ago.
    const before = end !== undefined && end.at !== '' && end.words.startsWith(answer.status);
    const told = before
      ? `told by the API, and at ${end.at} to rc-wait.service`
      : `told by the API at ${new Date().toISOString().slice(0, 19)}Z`;
    return { status: answer.status, tasks: answer.tasks, told, isNow: true };
  }
  for (const { body, contentType } of publishedReplies(directory, 'automation_status')) {
    const read = readDetails(body, contentType);
    if (read.ok) return { ...read.value, told: 'told by the API since the boot' };
  }
  const word = /^(?:FAILED|UNPROCESSABLE)\b/.exec(end?.words ?? '')?.[0];
  if (end === undefined || word === undefined) return verdictOfWait(records.at(-1));
  return { status: word, tasks: [], told: `told by rc-wait.service${end.at === '' ? '' : ` at ${end.at}`}` };
}

/** The verdict that a wait ended with; DEPLOYING may have ended since. */
function verdictOfWait(record: WaitRecord | undefined): LastStatus | undefined {
  const status = record?.statuses.at(-1)?.status;
  if (record === undefined || (status !== 'FAILED' && status !== 'UNPROCESSABLE')) return undefined;
  const tasks = record.tasks.map(({ name, changes }) => ({ name, status: changes.at(-1)?.status ?? '' }));
  return { status, tasks, told: `told by the wait of ${record.started_at}` };
}

/** The API's usable answers to a question since the boot, the last one first. */
export function publishedReplies(directory: string, operation: string): readonly OkReply[] {
  return [...readPublished(directory)]
    .filter(([key]) => key.includes(`|${operation}`))
    .sort(([, a], [, b]) => b.askedMs - a.askedMs)
    .map(([, { record }]) => readRecord(record))
    .filter((reply) => reply.kind === 'ok');
}

/** Reports what may have made the automation FAIL: each FAIL of `rc-wait preflight`. */
export function looksAtCauses(findings: readonly PreflightFinding[]): readonly Look[] {
  const causes = findings.filter(({ level }) => level === 'FAIL');
  if (causes.length > 0) return causes.map(lookAtCause);
  const skipped = findings.filter(({ level }) => level === 'SKIP').map(({ id }) => id);
  const because = [
    'see rc-wait preflight',
    ...(skipped.length === 0 ? [] : [`not looked at: ${skipped.join(', ')}`]),
  ].join('; ');
  return [{ topic, what: 'probable cause', seen: 'none of the documented ones is found', because }];
}

function lookAtCause({ id, line, reason, remedy }: PreflightFinding): Look {
  return {
    topic,
    what: 'probable cause',
    seen: line ?? id,
    because: reason,
    fault: {
      code: 'FAILED',
      why: `probable cause: ${reason} (${line ?? id})`,
      remedy: `${remedy ?? 'see rc-wait preflight'}; then have the automation run again by Rackspace's support`,
    },
  };
}
