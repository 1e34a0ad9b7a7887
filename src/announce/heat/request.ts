import { RcWaitError } from '../../base/error.ts';

/** How a wait ended, as far as a stack wants to know. */
export interface Ending {
  readonly succeeded: boolean;
  /** one sentence for a person; Heat shows it as the reason of the resource */
  readonly reason: string;
  /** what a template reads with get_attr: [RESOURCE, data] */
  readonly data: Readonly<Record<string, string | null>>;
  /** the same for each signal of one server: one that is sent twice must not count as two servers */
  readonly id: string;
}

/** A signal as it goes over HTTP. */
export interface SignalRequest {
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** to be sent where `body` is answered with 400: the URL alone does not tell which of the two is understood */
  readonly otherBody?: string;
}

/**
 * The URL of `--signal`, checked before anything is waited for.
 * @throws RcWaitError USAGE, which does not show the URL: whoever knows it can signal in our place
 */
export function parseSignalUrl(text: string): URL {
  const url = URL.parse(text.trim());
  if (url !== null && ['http:', 'https:'].includes(url.protocol)) return url;
  throw new RcWaitError('USAGE', 'cannot use the URL of --signal: an http or https URL is expected', {
    hint: 'it is not shown here: whoever knows it can signal in the place of this server',
  });
}

/** All of a URL that may be shown: scheme and host. Path and query let anybody signal. */
export function placeOf({ protocol, host }: URL): string {
  return `${protocol}//${host}`;
}

/** Longer reasons are cut, in code points: Heat keeps those of all signals in one column of its database. */
const longestReason = 500;

/**
 * The signal for a URL, whose form tells who listens (source of Heat, heat/engine/resources):
 *
 * - `temp_url_sig=`: a TempURL of Cloud Files, for OS::Heat::SwiftSignal. PUT, keys in lower case
 *   (openstack/heat/swiftsignal.py). It is the way that Rackspace documents
 *   ("Use Swift signal resources with Cloud Orchestration user data scripts").
 * - `/waitcondition/`: a URL signed with EC2 credentials. PUT. Of AWS::CloudFormation::WaitConditionHandle
 *   exactly the keys Status, Reason, Data and UniqueId are expected (aws/cfn/wait_condition_handle.py); of
 *   OS::Heat::WaitConditionHandle with CFN_SIGNAL, which has the same URL, those in lower case. Heat
 *   answers the wrong ones with 400.
 * - anything else: POST, keys in lower case. The `endpoint` of OS::Heat::WaitConditionHandle
 *   (TOKEN_SIGNAL, with its `token` as X-Auth-Token), or a service of the owner's.
 */
export function signalRequest(url: URL, ending: Ending, token?: string): SignalRequest {
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
