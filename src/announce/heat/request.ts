import { RcWaitError } from '../../base/error.ts';

/** How a wait ended, in the terms of a stack. */
export interface SignalEnding {
  readonly succeeded: boolean;
  /** one sentence for a person; Heat shows it as the reason of the resource */
  readonly reason: string;
  /** what a template reads with get_attr: [RESOURCE, data] */
  readonly data: Readonly<Record<string, string | null>>;
  /** the same for every signal of one server: a repeated signal must not count as a second server */
  readonly id: string;
}

/** A signal as an HTTP request. */
export interface SignalRequest {
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** sent if `body` is answered with 400: the URL alone does not show which of the two the receiver understands */
  readonly otherBody?: string;
}

/**
 * Checks the URL of `--signal` before anything is waited for.
 * @throws RcWaitError USAGE, without the URL: whoever knows it can signal in this server's place
 */
export function parseSignalUrl(text: string): URL {
  const url = URL.parse(text.trim());
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new RcWaitError('USAGE', 'cannot use the URL of --signal: an http or https URL is expected', {
    hint: 'it is not shown here: whoever knows it can signal in the place of this server',
  });
}

/** The part of a URL that may be shown: scheme and host. With path and query anybody could signal. */
export function placeOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** Longer reasons are cut, in code points: Heat keeps the reasons of all signals in one database column. */
const longestReason = 500;

/**
 * Makes the signal for a URL, whose form shows the receiver (source of Heat, heat/engine/resources):
 *
 * - `temp_url_sig=`: a TempURL of Cloud Files, for OS::Heat::SwiftSignal. PUT, keys in lower case
 *   (openstack/heat/swiftsignal.py). Rackspace documents this way ("Use Swift signal resources with Cloud
 *   Orchestration user data scripts").
 * - `/waitcondition/`: a URL signed with EC2 credentials. PUT. AWS::CloudFormation::WaitConditionHandle
 *   expects exactly the keys Status, Reason, Data and UniqueId (aws/cfn/wait_condition_handle.py);
 *   OS::Heat::WaitConditionHandle with CFN_SIGNAL has the same URL and expects keys in lower case. Heat
 *   answers the wrong ones with 400.
 * - anything else: POST, keys in lower case. The `endpoint` of OS::Heat::WaitConditionHandle (TOKEN_SIGNAL,
 *   with its `token` as X-Auth-Token), or a service of the owner's.
 */
export function signalRequest(url: URL, ending: SignalEnding, token?: string): SignalRequest {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'rc-wait' };
  const { data, id } = ending;
  const status = ending.succeeded ? 'SUCCESS' : 'FAILURE';
  const reason = cut(ending.reason);
  const body = JSON.stringify({ status, reason, data, id });
  if (url.searchParams.has('temp_url_sig')) return { method: 'PUT', headers, body };
  if (url.pathname.includes('/waitcondition/')) {
    const amazon = { Status: status, Reason: reason, Data: JSON.stringify(data), UniqueId: id };
    return { method: 'PUT', headers, body: JSON.stringify(amazon), otherBody: body };
  }
  return {
    method: 'POST',
    headers: token === undefined ? headers : { ...headers, 'x-auth-token': token },
    body,
  };
}

function cut(text: string): string {
  const points = [...text.toWellFormed()];
  return points.length <= longestReason ? points.join('') : `${points.slice(0, longestReason - 1).join('')}…`;
}
