import { errnoOf, RcWaitError, reasonOf } from '../base/error.ts';
import { type Connection, openConnection } from '../http/connection.ts';
import { type ExchangeEnd, exchange } from '../http/exchange.ts';
import { replyTo } from '../http/reply.ts';
import { unreachableBy } from '../http/trouble.ts';
import type { LocalAddress, Reply } from '../http/types.ts';

/** How requests leave this server. Each time-out is for one phase; another one limits the whole request. */
export interface TransportOptions {
  /**
   * The source address, by which alone the API knows a server. Left out: the kernel chooses; a function is
   * called for each new connection.
   */
  readonly localAddress?: LocalAddress;
  /** own CA certificates, PEM; they replace the built-in ones */
  readonly caPem?: string | undefined;
  /** DNS, TCP and TLS together; default 5000 */
  readonly connectTimeoutMs?: number;
  /** from the request to the end of the headers; default 5000 */
  readonly headersTimeoutMs?: number;
  /** between two parts of the body; default 5000 */
  readonly bodyTimeoutMs?: number;
}

/** What one GET needs. */
export interface GetOptions {
  /** the limit for all phases together, in ms */
  readonly timeoutMs: number;
  /** the Accept header */
  readonly accept: string;
  readonly signal?: AbortSignal | undefined;
}

/** GET over HTTP/1.1, once: retries and redirects are off, because each would spend quota unseen. */
export interface Transport {
  /**
   * Always resolves, within `timeoutMs`. After that nothing of the request is under way: an abandoned request
   * that reached the API later would count in another minute.
   */
  get(url: URL, options: GetOptions): Promise<Reply>;
  /** Closes the idle connection. A request under way ends as unreachable. */
  close(): void;
}

const defaultPhaseMs = 5_000;

/**
 * A transport that keeps at most one idle connection.
 * @throws RcWaitError CONFIGURATION when `caPem` holds no certificate
 */
export function createTransport(options: TransportOptions = {}): Transport {
  checkCa(options.caPem);
  const settings = {
    localAddress: options.localAddress,
    caPem: options.caPem,
    connectTimeoutMs: options.connectTimeoutMs ?? defaultPhaseMs,
    headersTimeoutMs: options.headersTimeoutMs ?? defaultPhaseMs,
    bodyTimeoutMs: options.bodyTimeoutMs ?? defaultPhaseMs,
  };
  const open = new Set<Connection>();
  let idle: Connection | undefined;
  let keepAlive = true;
  let closed = false;

  function take(origin: string): Connection {
    const kept = idle;
    idle = undefined;
    if (kept?.origin === origin) return kept;
    if (kept !== undefined) drop(kept);
    const connection = openConnection(origin, settings);
    open.add(connection);
    return connection;
  }

  function drop(connection: Connection): void {
    open.delete(connection);
    connection.destroy();
  }

  function giveBack(connection: Connection, ending: ExchangeEnd): void {
    if (ending.kind === 'answer' && idle === undefined && !closed) {
      connection.answers += 1;
      idle = connection;
      return;
    }
    // The server closes idle connections just as the next poll starts, which would cost a failed poll each
    // time: stop keeping connections.
    if (connection.answers > 0 && wasLostWhileIdle(ending)) keepAlive = false;
    drop(connection);
  }

  return {
    async get(url, { timeoutMs, accept, signal }) {
      if (closed)
        return { kind: 'unreachable', code: 'CLOSED', reason: 'the connection to the API is closed' };
      if (signal?.aborted) return { kind: 'unreachable', code: 'ABORTED', reason: reasonOf(signal.reason) };
      const connection = take(url.origin);
      const ending = await exchange(connection, { url, accept, close: !keepAlive, timeoutMs, signal });
      giveBack(connection, ending);
      if (ending.kind === 'answer') return replyTo(ending.head, ending.body, Date.now());
      // A 403 with half an error page is still a 403: reporting it as unreachable would hide that rc-wait asks
      // too often.
      if (ending.head !== undefined && ending.head.status !== 200)
        return replyTo(ending.head, nothing, Date.now());
      const { boundTo: localAddress } = connection;
      return unreachableBy(ending.error, { host: url.hostname, ...settings, localAddress });
    },
    close() {
      closed = true;
      for (const connection of open) drop(connection);
    },
  };
}

const nothing = new Uint8Array();

/** The connection was lost before any byte of the answer: the race of RFC 9112 §9.3.1 and §9.5. */
function wasLostWhileIdle(ending: ExchangeEnd): boolean {
  const lost = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];
  return ending.kind === 'failure' && ending.head === undefined && lost.includes(errnoOf(ending.error) ?? '');
}

function checkCa(caPem: string | undefined): void {
  if (caPem === undefined) return;
  try {
    // Loaded only here: node:tls slows down a start that only talks to loopback.
    const { X509Certificate } = process.getBuiltinModule('node:crypto');
    const certificates = caPem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
    if (certificates.length === 0) throw new Error('it holds no certificate in PEM form');
    for (const certificate of certificates) new X509Certificate(certificate);
  } catch (error) {
    throw new RcWaitError('CONFIGURATION', `cannot use the CA of --ca-file: ${reasonOf(error)}`, {
      cause: error,
      hint: 'name a file of one or more certificates that begin with -----BEGIN CERTIFICATE-----',
    });
  }
}
