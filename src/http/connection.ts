import type { Socket } from 'node:net';
// Not undici's main entry: bundled with it, a process that asks once takes 1.4 times as long, and 5 MB more.
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import type { Ipv4Address } from '../base/ipv4.ts';
import { tlsDemands } from '../base/tls.ts';
import type { LocalAddress } from './types.ts';

/** The largest answer, 1 MiB. Bytes are counted; `Content-Length` is not trusted. */
const maxResponseBytes = 1024 * 1024;
const maxHeaderBytes = 16 * 1024;
/**
 * Below the 5 s of Apache and Node, the shortest of the common servers, so that the client closes first; above
 * the 2.2 s between two polls. If a server sends `Keep-Alive: timeout=`, the client closes a second earlier.
 */
const keepAliveMs = 4_000;
const keepAliveMarginMs = 1_000;

/** How a connection is made, and the time limits of its phases. */
interface ConnectionOptions {
  /** 4, the default, for ServiceNet, which is IPv4 only; public endpoints may use either */
  readonly family?: 4 | 'any';
  /** 1 MiB when left out */
  readonly maxResponseBytes?: number;
  /** the source address; a function is called for each new connection */
  readonly localAddress: LocalAddress;
  readonly caPem: string | undefined;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

/** At most one connection to an origin, opened on first use and reopened after it was closed while idle. */
export interface Connection {
  readonly origin: string;
  readonly client: Client;
  /** complete answers over the current connection */
  answers: number;
  /** the source address it was last bound to; undefined: none, or not tried yet */
  boundTo: Ipv4Address | undefined;
  /** Ends it now, with any request under way, even while it is connecting. */
  destroy(): void;
}

/** Prepares a connection to `origin`; nothing is sent yet. */
export function openConnection(origin: string, options: ConnectionOptions): Connection {
  const { localAddress } = options;
  let socket: Socket | undefined;
  const connect = buildConnector({
    allowH2: false,
    ...tlsDemands,
    // Does not apply to an IPv6 literal: the address itself decides.
    ...(options.family === 'any' ? {} : { family: 4 }),
    timeout: options.connectTimeoutMs,
    ...(options.caPem === undefined ? {} : { ca: options.caPem }),
  } as Parameters<typeof buildConnector>[0]);
  const client = new Client(origin, {
    connect: (where, callback) => {
      connection.answers = 0;
      // Evaluated for each connection: a server built from an image boots with another server's address and
      // gets its own later.
      const source = typeof localAddress === 'function' ? localAddress() : localAddress;
      connection.boundTo = typeof source === 'object' ? undefined : source;
      if (typeof source === 'object') {
        const error = Object.assign(new Error(source.missing), { code: 'NO_SOURCE' });
        queueMicrotask(() => callback(error, null));
        return;
      }
      socket = connect(source === undefined ? where : { ...where, localAddress: source }, callback);
    },
    headersTimeout: options.headersTimeoutMs,
    bodyTimeout: options.bodyTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    keepAliveTimeoutThreshold: keepAliveMarginMs,
    maxResponseSize: options.maxResponseBytes ?? maxResponseBytes,
    maxHeaderSize: maxHeaderBytes,
    pipelining: 1,
  });
  const connection: Connection = {
    origin,
    client,
    answers: 0,
    boundTo: undefined,
    destroy() {
      // undici leaves a connecting socket open until its time-out, which would keep the process alive.
      void client.destroy();
      socket?.destroy();
    },
  };
  return connection;
}
