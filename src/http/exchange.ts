import type { Dispatcher } from 'undici';
import { reasonOf } from '../base/error.ts';
import { Body } from './body.ts';
import type { Connection } from './connection.ts';
import type { Head } from './reply.ts';

/** One request on a connection. */
interface Exchange {
  readonly url: URL;
  /** GET when left out */
  readonly method?: 'GET' | 'POST';
  readonly accept: string;
  /** in addition to the usual ones, names in lower case */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** whether to ask the server to close the connection afterwards */
  readonly close: boolean;
  /** the limit for all phases together */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** How an exchange ended. The head is kept even without a complete body: it may be all that matters. */
export type ExchangeEnd =
  | { readonly kind: 'answer'; readonly head: Head; readonly body: Uint8Array }
  | { readonly kind: 'failure'; readonly error: unknown; readonly head: Head | undefined };

/** An exchange ended by this side. `code` as in the errors of Node and undici. */
class CutShort extends Error {
  readonly code: 'TIMEOUT' | 'ABORTED';

  constructor(code: 'TIMEOUT' | 'ABORTED', message: string) {
    super(message);
    this.code = code;
  }
}

/** Runs one exchange; never rejects. The caller destroys the connection unless it ends with an answer. */
export function exchange(
  connection: Connection,
  { url, method = 'GET', accept, headers = {}, body: sent, close, timeoutMs, signal }: Exchange,
): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    let head: Head | undefined;
    const end = (ending: ExchangeEnd): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', interrupt);
      resolve(ending);
    };
    const giveUp = (error: CutShort): void => end({ kind: 'failure', error, head });
    const interrupt = (): void => giveUp(new CutShort('ABORTED', reasonOf(signal?.reason)));
    const timer = setTimeout(
      () => giveUp(new CutShort('TIMEOUT', `no complete answer within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', interrupt, { once: true });

    const body = new Body();
    let started = false;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        // undici requeues a request if its connection ends for certain reasons. Sent twice, it would count twice.
        if (started) controller.abort(new Error('the request would have been sent twice'));
        started = true;
      },
      onResponseStart(_controller, status, headers) {
        // 102 and 103 only announce the answer.
        if (status >= 200) head = { status, headers };
      },
      onResponseData(_controller, chunk) {
        body.add(chunk);
      },
      onResponseEnd() {
        if (head !== undefined) end({ kind: 'answer', head, body: body.bytes });
      },
      onResponseError(_controller, error) {
        end({ kind: 'failure', error, head });
      },
    };
    connection.client.dispatch(
      {
        method,
        path: `${url.pathname}${url.search}`,
        // Uncompressed: a small compressed answer could unpack to any size.
        headers: { accept, 'accept-encoding': 'identity', 'user-agent': 'rc-wait', ...headers },
        body: sent ?? null,
        reset: close,
      },
      handler,
    );
  });
}
