import type { ErrorCode, RcWaitError } from '../../base/error.ts';
import type { Task } from '../../rackconnect/types.ts';
import type { Look } from '../../report/doctor.ts';

/** One question to the API and its result. */
export interface ApiSeen {
  /** undefined: unknown, even after asking all six regions */
  readonly url: string | undefined;
  /** the interface and address that the question left by: `eth1, 10.208.5.7` */
  readonly by: string;
  /** undefined: not asked, because of `--offline` */
  readonly answer:
    | {
        readonly ok: true;
        readonly status: string;
        readonly tasks: readonly Task[];
        readonly ageMs: number;
        readonly tookMs: number;
      }
    | { readonly ok: false; readonly error: RcWaitError }
    | undefined;
}

const remedies: Partial<Readonly<Record<ErrorCode, string>>> = {
  API_UNAVAILABLE:
    'look whether the ServiceNet interface is up and has its address (ip address), and its routes (ip route); name it with --interface where it is not the one above',
  API_REFUSED:
    'look below at who uses the quota; else requests leave by another address than the ServiceNet one: name it with --interface or --source-address',
};

/** Reports which API is used, through which interface, and whether it answers. */
export function looksAtApi({ url, by, answer }: ApiSeen): readonly Look[] {
  const topic = 'api';
  const where: Look = { topic, what: 'address', seen: url ?? 'not known', because: `by ${by}` };
  if (answer === undefined) return [where, { topic, what: 'answer', seen: 'not asked' }];
  if (answer.ok) {
    const shared = answer.ageMs > answer.tookMs + 500;
    const how = shared
      ? `asked ${Math.round(answer.ageMs / 1_000)} s ago by another rc-wait`
      : `in ${Math.round(answer.tookMs)} ms`;
    return [where, { topic, what: 'answer', seen: answer.status, because: how }];
  }
  const { code, message, hint } = answer.error;
  const remedy = hint ?? remedies[code] ?? 'see rc-wait status';
  return [
    where,
    { topic, what: 'answer', seen: 'none that can be used', fault: { code, why: message, remedy } },
  ];
}
