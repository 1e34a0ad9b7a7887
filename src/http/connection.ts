import type { Socket } from 'node:net';
// Not undici's main entry: bundled, a process that asks once takes 1.4 times as long with it, and 5 MB more.
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import type { Ipv4Address } from '../base/ipv4.ts';
import { tlsDemands } from '../base/tls.ts';
import type { LocalAddress } from './types.ts';

/** The answer's size may be 1 MiB at most; `Content-Length` is not believed, bytes are counted. */
const maxResponseBytes = 1024 * 1024;
const maxHeaderBytes = 16 * 1024;
/**
 * Below Apache's and Node's 5 s, the shortest of the common servers', so that
 * the client is the first to close; above the 2.2 s between two polls. A server
 * that names its own in `Keep-Alive: timeout=` is left a second earlier.
 */
const keepAliveMs = 4_000;
const keepAliveMarginMs = 1_000;

/** How a connection is made and how long each of its phases may take. */
interface ConnectionOptions {
  /** ServiceNet is IPv4; public endpoints may be reached by either. 4 when left out */
  readonly family?: 4 | 'any';
  /** 1 MiB when left out */
  readonly maxResponseBytes?: number;
  /** the source address; a function is asked whenever a connection is made */
  readonly localAddress: LocalAddress;
  readonly caPem: string | undefined;
  readonly connectTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

/** At most one connection to one origin, made when first needed and again when it was closed while idle. */
export interface Connection {
  readonly origin: string;
  readonly client: Client;
  /** whole answers that came over the connection as it is now */
  answers: number;
  /** the source address it was last bound to; undefined: none, or none was tried yet */
  boundTo: Ipv4Address | undefined;
  /** Ends it now, whatever is under way on it, a connection that is only being made included. */
  destroy(): void;
}

/** Prepares a connection to `origin`; nothing is sent yet. */
export function openConnection(origin: string, options: ConnectionOptions): Connection {
  const { localAddress } = options;
  let socket: Socket | undefined;
  const connect = buildConnector({
    allowH2: false,
    ...tlsDemands,
    // Of an IPv6 literal the address says what it is, and this does not apply.
    ...(options.family === 'any' ? {} : { family: 4 }),
    timeout: options.connectTimeoutMs,
    ...(options.caPem === undefined ? {} : { ca: options.caPem }),
  } as Parameters<typeof buildConnector>[0]);
  const client = new Client(origin, {
    connect: (where, callback) => {
      connection.answers = 0;
      // Here, not once for all: a server built from an image boots with the address of another, and gets its own later.
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
      // undici leaves a socket that is still connecting to its time-out; it would keep the process alive.
      void client.destroy();
      socket?.destroy();
    },
  };
  return connection;
}
