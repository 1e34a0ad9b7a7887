import type { Ipv4Address } from '../base/ipv4.ts';
import type { Reply } from '../http/types.ts';
import { featureNamed, readDetails, readFeatures, readGateway } from '../rackconnect/payload.ts';
import type { Details, Feature, Read } from '../rackconnect/types.ts';
import { isTaskDone } from './task-status.ts';

/**
 * What an answer means for a wait. Three cases that must never be confused: done; "not yet" by a valid answer
 * of the API; no usable answer at all.
 */
export type Verdict<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'not-yet'; readonly why: string; readonly seen?: Details }
  | {
      readonly kind: 'error';
      /** the API refused this server (403), as opposed to unreachable or unreadable */
      readonly refused: boolean;
      readonly why: string;
    };

/** The statuses that end the automation. With any other it goes on. */
type FinalStatus = 'DEPLOYED' | 'FAILED' | 'UNPROCESSABLE';

/** How the automation ended, with the state of its tasks. */
export interface Deployment extends Details {
  readonly status: FinalStatus;
  /** the source, if it was not the API */
  readonly source?: 'xenstore';
  /** why it is UNPROCESSABLE, if a source says so */
  readonly reason?: string;
}

const finalStatuses: readonly string[] = ['DEPLOYED', 'FAILED', 'UNPROCESSABLE'] satisfies FinalStatus[];

/** Whether the automation has ended, by its status. */
export function isFinal(details: Details): details is Deployment {
  return finalStatuses.includes(details.status);
}

/** The verdict on an answer to `automation_status/details`. */
export function judgeDetails(reply: Reply): Verdict<Deployment> {
  if (reply.kind === 'absent') {
    return {
      kind: 'error',
      refused: false,
      why: 'the API does not know this server (404): it may be too new, or not a RackConnect server',
    };
  }
  return judge(reply, readDetails, (details) => {
    if (isFinal(details)) return { kind: 'done', value: details };
    const known = details.status === 'DEPLOYING';
    // An unknown status is not an end: a wrong guess would start dependent units too early.
    const why = known
      ? waitingFor(details)
      : `the API says ${details.status}, which is neither DEPLOYING nor an end that rc-wait knows`;
    return { kind: 'not-yet', why, seen: details };
  });
}

function waitingFor({ tasks }: Details): string {
  const open = tasks.filter(({ status }) => !isTaskDone(status));
  const [first] = open;
  if (tasks.length === 0) return 'the automation is at work';
  if (first === undefined) return 'all tasks have ended, and the automation has not said so yet';
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
  return `task "${first.name}" is ${first.status}${more}`;
}

/** Who sets the gateway, by the automation features of this server. */
type NetworkStackFeature = 'rackconnect' | 'owner' | 'unknown';

/** The features, and the meaning of the one that matters here. */
export interface Features {
  readonly features: readonly Feature[];
  readonly networkStack: NetworkStackFeature;
}

/** The verdict on an answer to `automation_features`. */
export function judgeFeatures(reply: Reply): Verdict<Features> {
  if (reply.kind === 'absent')
    return { kind: 'error', refused: false, why: 'the API knows no features of this server (404)' };
  return judge(reply, readFeatures, (features) => {
    const enabled = featureNamed(features, 'configureNetworkStack')?.enabled;
    const networkStack = enabled === undefined ? 'unknown' : enabled ? 'rackconnect' : 'owner';
    return { kind: 'done', value: { features, networkStack } };
  });
}

/** The verdict on an answer to `gateway_ip`: here 404 is "not yet" (Rackspace's documentation). */
export function judgeGateway(reply: Reply): Verdict<Ipv4Address> {
  if (reply.kind === 'absent') return { kind: 'not-yet', why: 'the gateway is not assigned yet (404)' };
  return judge(reply, readGateway, (value) => ({ kind: 'done', value }));
}

function judge<T, R>(
  reply: Exclude<Reply, { kind: 'absent' }>,
  read: (body: string, contentType: string) => Read<T>,
  onRead: (value: T) => Verdict<R>,
): Verdict<R> {
  if (reply.kind === 'ok') {
    const payload = read(reply.body, reply.contentType);
    return payload.ok ? onRead(payload.value) : { kind: 'error', refused: false, why: payload.why };
  }
  return { kind: 'error', refused: reply.kind === 'refused', why: whyUnusable(reply) };
}

function whyUnusable(reply: Exclude<Reply, { kind: 'ok' | 'absent' }>): string {
  switch (reply.kind) {
    case 'refused':
      return 'the API refused the request (403): more than 30 requests a minute from this server, those of other users counted, or the request did not come from its ServiceNet address';
    case 'failing':
      return `the API answers with an error of its own (${reply.status})`;
    case 'unexpected':
      if (reply.reason !== undefined) return reply.reason;
      return reply.location === undefined
        ? `the API answers with status ${reply.status}, which it should not`
        : `the API answers with a redirect (${reply.status}) to ${reply.location}, which is not followed: only the API itself can know this server`;
    case 'unreachable':
      return reply.reason;
  }
}
