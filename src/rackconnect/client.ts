import { RcWaitError } from '../base/error.ts';
import type { Reply } from '../http/types.ts';
import type { AskOptions, AskOutcome, Feedback, Pace } from '../pace/types.ts';
import { readRecord, recordOf } from './record.ts';
import type { ApiUrl } from './regions.ts';
import type { Transport } from './transport.ts';
import type { Format, Operation } from './types.ts';

/** The result of asking for an operation. */
interface Answer {
  readonly reply: Reply;
  /** monotonic time at which the request was sent */
  readonly askedMs: number;
  /** true when no request was made: another process had just asked */
  readonly shared: boolean;
}

/** The RackConnect API, as fast as its quota allows. */
export interface RackconnectClient {
  /** the API that is asked, for messages */
  readonly baseUrl?: string;
  /**
   * Asks once. The reply covers every failure of the network and the API.
   * @param format JSON unless the caller needs another
   * @throws RcWaitError USAGE when the operation has no such format; the signal's reason when aborted
   */
  ask(operation: Operation, format?: Format, options?: AskOptions): Promise<Answer>;
}

/** The formats of each operation, its default first ("RackConnect API", Rackspace). */
const formats: Readonly<Record<Operation, readonly Format[]>> = {
  automation_status: ['text', 'json', 'xml'],
  'automation_status/details': ['json', 'xml'],
  gateway_ip: ['text', 'json', 'xml'],
  automation_features: ['json', 'xml'],
};

/** The formats that the API offers for an operation, its default first. */
export function formatsOf(operation: Operation): readonly Format[] {
  return formats[operation];
}

/** The query's `format`, spelled as in Rackspace's documentation and in public clients, and its media type. */
const wire: Readonly<Record<Format, { readonly query: string; readonly accept: string }>> = {
  text: { query: 'text', accept: 'text/plain, */*;q=0.1' },
  json: { query: 'JSON', accept: 'application/json, */*;q=0.1' },
  xml: { query: 'XML', accept: 'application/xml, text/xml, */*;q=0.1' },
};

/**
 * A client of the API at `baseUrl`. It requires a pace: a request outside it would take a slot of the quota
 * that other processes count on.
 */
export function createClient({
  baseUrl,
  pace,
  transport,
}: {
  readonly baseUrl: ApiUrl;
  readonly pace: Pace;
  readonly transport: Transport;
}): RackconnectClient {
  return {
    baseUrl,
    async ask(operation, format = 'json', options = {}) {
      if (!formats[operation].includes(format)) throw notOffered(operation, format);
      const url = new URL(`${baseUrl}/v1/${operation}?format=${wire[format].query}`);
      const send = async (signal: AbortSignal): Promise<AskOutcome> => {
        const { accept } = wire[format];
        const reply = await transport.get(url, { timeoutMs: pace.requestTimeoutMs, accept, signal });
        return { signal: feedbackOf(reply), record: recordOf(reply) };
      };
      const answered = await pace.ask(`${baseUrl}|${operation}|${format}`, send, options);
      return { reply: readRecord(answered.record), askedMs: answered.askedMs, shared: answered.shared };
    },
  };
}

function notOffered(operation: Operation, format: Format): RcWaitError {
  const offered = formats[operation].join(' or ');
  return new RcWaitError('USAGE', `cannot ask for ${operation} as ${format}: the API has it as ${offered}`, {
    hint: `use --format ${offered}`,
  });
}

/** What a reply means for the pace: any answer shows that the API accepts this server's requests. */
function feedbackOf(reply: Reply): Feedback {
  switch (reply.kind) {
    case 'ok':
    case 'absent':
    case 'unexpected':
      return { kind: 'answered' };
    case 'refused':
      return { kind: 'refused', ...waitOf(reply) };
    case 'failing':
      return { kind: 'failed', ...waitOf(reply) };
    case 'unreachable':
      return { kind: 'failed' };
  }
}

function waitOf({ retryAfterMs }: { readonly retryAfterMs?: number }): { readonly retryAfterMs?: number } {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}
