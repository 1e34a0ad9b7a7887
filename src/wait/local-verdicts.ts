import type { Reading } from '../base/reading.ts';
import { readStatus } from '../rackconnect/payload.ts';
import { type Deployment, isFinal, type Verdict } from './verdict.ts';

/**
 * The verdict on `rackconnect_automation_status` in this server's xenstore, where RackConnect keeps the
 * metadata of the Cloud Servers API ("accurate within a few seconds", Rackspace's documentation). A missing
 * key is "not yet": it is absent at first, and for ever on a server without RackConnect.
 */
export function judgeMetadata(status: Reading<string>, reason?: Reading<string>): Verdict<Deployment> {
  if (status.kind === 'absent') return { kind: 'not-yet', why: 'xenstore has no automation status yet' };
  if (status.kind === 'unknown') return { kind: 'error', refused: false, why: `xenstore: ${status.why}` };
  const word = readStatus(status.value, 'text');
  if (!word.ok) return { kind: 'error', refused: false, why: `xenstore: ${word.why}` };
  const details = { status: word.value, tasks: [] };
  if (!isFinal(details)) return { kind: 'not-yet', why: `xenstore says ${word.value}`, seen: details };
  const why = reason?.kind === 'known' ? { reason: reason.value } : {};
  return { kind: 'done', value: { ...details, source: 'xenstore', ...why } };
}

/** How the second automation, by Managed Operations, ended. */
export interface Managed {
  readonly ok: boolean;
  /** its status, such as `Complete` or `Build Error` */
  readonly status: string;
}

/**
 * The verdict on the second automation: by the key `rax_service_level_automation` of the metadata, otherwise
 * by the file that it leaves behind ("Managed Operations and RackConnect", Rackspace's documentation). The
 * key comes first: a server built from another server's image may contain that server's file.
 */
export function judgeManaged(key: Reading<string>, file: Reading<true>): Verdict<Managed> {
  if (key.kind === 'known') return judgeManagedWord(key.value);
  if (file.kind === 'known') return { kind: 'done', value: { ok: true, status: 'Complete' } };
  if (file.kind === 'unknown' && key.kind === 'unknown')
    return { kind: 'error', refused: false, why: `xenstore: ${key.why}; ${file.why}` };
  const why = file.kind === 'unknown' ? file.why : 'Managed Operations has not finished yet';
  return { kind: 'not-yet', why };
}

function judgeManagedWord(status: string): Verdict<Managed> {
  const word = status.trim().toLowerCase();
  if (word === 'complete') return { kind: 'done', value: { ok: true, status } };
  if (word === 'build error' || word === 'authentication error')
    return { kind: 'done', value: { ok: false, status } };
  const known = word === 'pending' || word === 'in progress';
  // As with RackConnect's own statuses, an unknown one is not an end.
  const why = known
    ? `the automation of Managed Operations is "${status}"`
    : `the automation of Managed Operations is "${status}", which rc-wait does not know`;
  return { kind: 'not-yet', why };
}
