import { readPublished } from '../../pace/last-answers.ts';
import type { PreflightFinding } from '../../preflight/finding.ts';
import { readStatus } from '../../rackconnect/payload.ts';
import { readRecord } from '../../rackconnect/record.ts';
import type { Look } from '../../report/doctor.ts';
import type { ApiSeen } from './api.ts';

const topic = 'automation';

/**
 * The last status that is known of the automation: what the API says now, else its last answer since the boot,
 * else the end of rc-wait.service, which may have it from xenstore.
 * @param directory the state directory, in which the last answers are published
 */
export function lastStatus(
  { answer }: Pick<ApiSeen, 'answer'>,
  directory: string,
  units: readonly Look[],
): string | undefined {
  if (answer?.ok) return answer.status;
  return publishedStatus(directory) ?? statusOfUnit(units);
}

function publishedStatus(directory: string): string | undefined {
  const answers = [...readPublished(directory)]
    .filter(([key]) => key.includes('|automation_status'))
    .sort(([, a], [, b]) => b.askedMs - a.askedMs);
  for (const [, { record }] of answers) {
    const reply = readRecord(record);
    const status = reply.kind === 'ok' ? readStatus(reply.body, reply.contentType) : undefined;
    if (status?.ok) return status.value;
  }
  return undefined;
}

/** The first word that the service said, where it has ended with it. */
function statusOfUnit(units: readonly Look[]): string | undefined {
  const waiter = units.find(({ what }) => what === 'rc-wait.service');
  return waiter?.fault === undefined ? undefined : /^[A-Z]+\b/.exec(waiter.because ?? '')?.[0];
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
      code: 'CONFIGURATION',
      why: `probable cause: ${reason} (${line ?? id})`,
      remedy: `${remedy ?? 'see rc-wait preflight'}; then have the automation run again by Rackspace's support`,
    },
  };
}
